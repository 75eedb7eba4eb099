//! The seam to HiGHS's C interface: watching a solve while it runs. All `unsafe` of the product is here.
//!
//! HiGHS calls back from the thread that solves or from threads of its own, with a pointer to a [`Watch`] that
//! outlives the call and that any thread may use.
#![expect(unsafe_code, reason = "HiGHS reports progress through a C callback only")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use highs::{HighsStatus, Model, SolvedModel};
use highs_sys::{
    Highs_getInt64InfoValue, Highs_setCallback, Highs_startCallback, Highs_version, HighsCallbackDataIn,
    HighsCallbackDataOut, kHighsCallbackMipImprovingSolution, kHighsCallbackMipInterrupt,
};

use crate::backend::Glimpse;

/// What a solve tells while it runs.
pub(crate) enum Told {
    /// How it stands.
    Glimpse(Glimpse),
    /// A better point.
    Point(Vec<f64>),
}

/// Who is told, and who may stop it. A listener that is gone is no reason to fail.
pub(crate) struct Watch<'a> {
    /// The columns of a point that matter, the first ones.
    pub(crate) columns: usize,
    /// Where news goes.
    pub(crate) news: Sender<Told>,
    /// Set when the solve should stop.
    pub(crate) stop: &'a AtomicBool,
}

/// Runs the solver, calling the watch as it goes.
pub(crate) fn solve_watched(mut solver: Model, watch: &mut Watch<'_>) -> Result<SolvedModel, HighsStatus> {
    let highs = solver.as_mut_ptr();
    let data = std::ptr::from_mut(watch).cast::<c_void>();
    // SAFETY: `highs` is the live solver; `data` points to `watch`, which outlives `try_solve` below, the only
    // call during which HiGHS calls back; afterwards the callback is taken out again.
    unsafe {
        Highs_setCallback(highs, Some(on_event), data);
        Highs_startCallback(highs, kHighsCallbackMipInterrupt);
        Highs_startCallback(highs, kHighsCallbackMipImprovingSolution);
    }
    let solved = solver.try_solve();
    if let Ok(solved) = &solved {
        // SAFETY: the solver is still alive inside `solved`; no callback keeps a pointer to `watch`.
        unsafe { Highs_setCallback(solved.as_ptr().cast_mut(), None, std::ptr::null_mut()) };
    }
    solved
}

/// Branch and bound nodes of a finished solve; 0 where HiGHS does not say.
pub(crate) fn nodes(solved: &SolvedModel) -> i64 {
    let mut nodes: i64 = 0;
    // SAFETY: a live solver, a key with its terminating zero, and a place for the answer.
    unsafe { Highs_getInt64InfoValue(solved.as_ptr(), c"mip_node_count".as_ptr(), &raw mut nodes) };
    nodes.max(0)
}

/// The version of HiGHS that is linked in.
pub(crate) fn version() -> String {
    // SAFETY: HiGHS returns a string literal.
    unsafe { CStr::from_ptr(Highs_version()) }.to_string_lossy().into_owned()
}

/// Called by HiGHS. Never panics: a panic must not cross into C++.
unsafe extern "C" fn on_event(
    event: c_int,
    _message: *const c_char,
    out: *const HighsCallbackDataOut,
    input: *mut HighsCallbackDataIn,
    watch: *mut c_void,
) {
    // SAFETY: HiGHS passes live structures for the time of the call, and the pointer set in `solve_watched`.
    let (Some(out), Some(watch)) = (unsafe { out.as_ref() }, unsafe { watch.cast::<Watch<'_>>().as_ref() }) else {
        return;
    };
    if event == kHighsCallbackMipImprovingSolution {
        let size = usize::try_from(out.mip_solution_size).unwrap_or(0);
        if !out.mip_solution.is_null() && size >= watch.columns {
            // SAFETY: HiGHS says that the array has this many values.
            let point = unsafe { std::slice::from_raw_parts(out.mip_solution, size) };
            let _ = watch.news.send(Told::Point(point[..watch.columns].to_vec()));
        }
    } else if event == kHighsCallbackMipInterrupt {
        let finite = |value: f64| value.is_finite().then_some(value);
        let _ = watch.news.send(Told::Glimpse(Glimpse {
            best: finite(out.mip_primal_bound),
            bound: finite(out.mip_dual_bound),
            nodes: out.mip_node_count,
        }));
        // SAFETY: as above.
        if let Some(input) = unsafe { input.as_mut() } {
            input.user_interrupt = c_int::from(watch.stop.load(Ordering::Relaxed));
        }
    }
}
