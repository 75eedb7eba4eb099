//! Looking for tools on this machine: files are looked at, and a program is run only to learn its version or
//! what it alone knows.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{FOLDER, Source, Tool};

/// The oldest cmake that HiGHS takes.
const CMAKE_AT_LEAST: (u32, u32) = (3, 15);

/// Folders where bindgen looks for libclang by itself; `*` stands for any end of the name.
const LIBCLANG_FOLDERS: &[&str] = &[
    "/usr/lib/llvm*/lib",
    "/usr/lib64/llvm*/lib",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib",
    "/usr/local/llvm*/lib",
    "/Library/Developer/CommandLineTools/usr/lib",
    "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib",
];

/// Folders where it does not, or not always.
const OTHER_LIBCLANG_FOLDERS: &[&str] = &["/opt/homebrew/opt/llvm*/lib", "/usr/local/opt/llvm*/lib"];

/// What of a machine decides which tools are used.
pub(crate) struct Machine {
    path_folders: Vec<PathBuf>,
    cmake: Option<PathBuf>,
    libclang: Option<PathBuf>,
    compiler: Option<PathBuf>,
    libclang_folders: Vec<PathBuf>,
    other_libclang_folders: Vec<PathBuf>,
}

impl Machine {
    /// The one we run on. Variables that cargo took from our own record say nothing about the machine.
    pub(crate) fn this(root: &Path) -> Self {
        let own = root.join(FOLDER);
        let variable = |name: &str| {
            env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
                .filter(|value| !value.starts_with(&own))
        };
        Self {
            path_folders: env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect(),
            cmake: variable("CMAKE"),
            libclang: variable("LIBCLANG_PATH"),
            compiler: variable("CXX"),
            libclang_folders: LIBCLANG_FOLDERS.iter().flat_map(|pattern| folders(pattern)).collect(),
            other_libclang_folders: OTHER_LIBCLANG_FOLDERS.iter().flat_map(|pattern| folders(pattern)).collect(),
        }
    }

    /// Where the machine has a tool that is good enough, if it does.
    pub(crate) fn find(&self, tool: Tool) -> Option<Source> {
        match tool {
            Tool::Cmake => self.find_cmake(),
            Tool::Libclang => self.find_libclang(),
            Tool::Builder => self
                .program("make")
                .or_else(|| self.program("gmake"))
                .map(Source::System)
                .or_else(|| self.program("ninja").map(Source::Named)),
        }
    }

    /// The machine's Python.
    pub(crate) fn python(&self) -> Result<PathBuf, String> {
        self.program("python3").or_else(|| self.program("python")).ok_or_else(|| "there is no python3".to_owned())
    }

    /// A program on the search path.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let name = format!("{name}{}", env::consts::EXE_SUFFIX);
        self.path_folders.iter().map(|folder| folder.join(&name)).find(|path| path.is_file())
    }

    /// Whether there is a C++ compiler. Elsewhere than on Unix it need not be on the search path.
    pub(crate) fn has_compiler(&self) -> bool {
        let named = self.compiler.as_ref().and_then(|path| path.to_str());
        let named_is_there = |name: &str| {
            let program = name.split_whitespace().next().unwrap_or(name);
            Path::new(program).is_file() || self.program(program).is_some()
        };
        cfg!(not(unix)) || named.map_or_else(|| self.program("c++").is_some(), named_is_there)
    }

    fn find_cmake(&self) -> Option<Source> {
        let named = self.cmake.clone().map(Source::Named);
        let on_path = self.program("cmake").map(Source::System);
        named.into_iter().chain(on_path).find(|source| {
            let (Source::System(path) | Source::Named(path) | Source::Private(path)) = source;
            version_of(path).is_some_and(|version| version >= CMAKE_AT_LEAST)
        })
    }

    fn find_libclang(&self) -> Option<Source> {
        if let Some(path) = &self.libclang {
            // The variable may name the library itself.
            let folder = if path.is_file() { path.parent()? } else { path };
            return holds_libclang(folder).then(|| Source::Named(folder.to_owned()));
        }
        let llvm_config = self.program("llvm-config").and_then(|program| output(&program, &["--libdir"]));
        let by_config = llvm_config.map(|text| PathBuf::from(text.trim())).into_iter();
        let found = by_config.chain(self.libclang_folders.iter().cloned()).find(|folder| holds_libclang(folder));
        let elsewhere = || {
            let linker = self.program("ldconfig").or_else(|| Some("/sbin/ldconfig".into()));
            let cached = linker.and_then(|program| output(&program, &["-p"])).unwrap_or_default();
            let by_linker = libraries_in_cache(&cached).filter_map(|path| path.parent().map(Path::to_owned));
            self.other_libclang_folders.iter().cloned().chain(by_linker).find(|folder| holds_libclang(folder))
        };
        found.map(Source::System).or_else(|| elsewhere().map(Source::Named))
    }
}

/// The folders that a pattern stands for: at most one `*`, at the end of a name.
fn folders(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, start) = before.rsplit_once('/').unwrap_or((".", before));
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut names: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    names.retain(|name| name.to_str().is_some_and(|name| name.starts_with(start)));
    names.sort();
    // The newest version last in name order is the first to be tried.
    names.iter().rev().map(|name| Path::new(parent).join(name).join(after.trim_start_matches('/'))).collect()
}

/// Whether bindgen would find libclang in a folder. `libclang-cpp` is another library.
fn holds_libclang(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.filter_map(Result::ok).any(|entry| is_libclang(&entry.file_name()))
}

fn is_libclang(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let shared = name == "libclang.so" || name.starts_with("libclang.so.") || name == "libclang.dylib";
    let versioned = name.starts_with("libclang-") && !name.contains("-cpp.") && name.contains(".so");
    shared || versioned || name == "libclang.dll"
}

/// The libraries that `ldconfig -p` lists: `libclang.so.1 (libc6,x86-64) => PATH`.
fn libraries_in_cache(text: &str) -> impl Iterator<Item = &Path> {
    text.lines().filter_map(|line| {
        let (name, path) = line.trim().split_once(" => ")?;
        let name = name.split_whitespace().next()?;
        is_libclang(OsStr::new(name)).then(|| Path::new(path))
    })
}

/// `(3, 25)` of `cmake version 3.25.1`.
fn version_of(cmake: &Path) -> Option<(u32, u32)> {
    version_in(&output(cmake, &["--version"])?)
}

fn version_in(text: &str) -> Option<(u32, u32)> {
    let version = text.lines().next()?.split_whitespace().nth(2)?;
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

fn output(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare_machine(folder: &Path) -> Machine {
        Machine {
            path_folders: vec![folder.to_owned()],
            cmake: None,
            libclang: None,
            compiler: None,
            libclang_folders: Vec::new(),
            other_libclang_folders: Vec::new(),
        }
    }

    #[test]
    fn libclang_is_told_from_its_namesakes() {
        for yes in ["libclang.so", "libclang.so.1", "libclang-14.so.1", "libclang-14.so", "libclang.dylib"] {
            assert!(is_libclang(OsStr::new(yes)), "{yes}");
        }
        for no in ["libclang-cpp.so.14", "libclangAST.a", "libclang_rt.so", "libclang.a"] {
            assert!(!is_libclang(OsStr::new(no)), "{no}");
        }
    }

    #[test]
    fn the_linker_s_cache_is_read() {
        let text = "\tlibclang-cpp.so.14 (libc6) => /a/libclang-cpp.so.14\n\tlibclang-14.so.1 (libc6) => /b/libclang-14.so.1\n";
        assert_eq!(libraries_in_cache(text).collect::<Vec<_>>(), [Path::new("/b/libclang-14.so.1")]);
    }

    #[test]
    fn cmake_says_its_version() {
        assert_eq!(version_in("cmake version 3.25.1\n\nCMake suite"), Some((3, 25)));
        assert_eq!(version_in("cmake version 4.0.0-rc1"), Some((4, 0)));
        assert_eq!(version_in("command not found"), None);
    }

    #[test]
    fn libclang_in_a_folder_that_bindgen_skips_has_to_be_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("libclang.so.1"), "").unwrap();
        let usual = Machine { libclang_folders: vec![folder.path().to_owned()], ..bare_machine(folder.path()) };
        assert_eq!(usual.find(Tool::Libclang), Some(Source::System(folder.path().to_owned())));
        let other = Machine { other_libclang_folders: vec![folder.path().to_owned()], ..bare_machine(folder.path()) };
        assert_eq!(other.find(Tool::Libclang), Some(Source::Named(folder.path().to_owned())));
        let said = Machine { libclang: Some(folder.path().join("libclang.so.1")), ..bare_machine(folder.path()) };
        assert_eq!(said.find(Tool::Libclang), Some(Source::Named(folder.path().to_owned())));
    }

    #[test]
    fn ninja_serves_where_there_is_no_make() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(bare_machine(folder.path()).find(Tool::Builder), None);
        fs::write(folder.path().join("ninja"), "").unwrap();
        let ninja = Source::Named(folder.path().join("ninja"));
        assert_eq!(bare_machine(folder.path()).find(Tool::Builder), Some(ninja));
        fs::write(folder.path().join("make"), "").unwrap();
        let make = Source::System(folder.path().join("make"));
        assert_eq!(bare_machine(folder.path()).find(Tool::Builder), Some(make));
    }

    #[test]
    #[cfg(unix)]
    fn a_compiler_is_looked_for_where_cargo_would() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!bare_machine(folder.path()).has_compiler());
        fs::write(folder.path().join("g++-13"), "").unwrap();
        let named = Machine { compiler: Some("g++-13 -m64".into()), ..bare_machine(folder.path()) };
        assert!(named.has_compiler());
    }
}
