//! Texts that nobody would write on purpose.

use super::super::*;
use super::{EXAMPLE, given, read_text};

#[test]
fn no_text_makes_the_reader_fall_over() {
    // A fixed sequence of edits of a sound file: cuts, copies and characters that mean something to YAML.
    let signs: Vec<char> = "{}[]:,-?&*!|>'\"%@`#<~.\n\t 0e_é\u{feff}\u{0}".chars().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    let sound: Vec<char> = EXAMPLE.chars().collect();
    for _ in 0..3_000 {
        let mut text = sound.clone();
        for _ in 0..=next(6) {
            let at = next(text.len());
            match next(4) {
                0 => text.insert(at, signs[next(signs.len())]),
                1 => text[at] = signs[next(signs.len())],
                2 => drop(text.drain(at..(at + next(20)).min(text.len()))),
                _ => {
                    let copy: Vec<char> = text[at..(at + next(40)).min(text.len())].to_vec();
                    let to = next(text.len());
                    text.splice(to..to, copy);
                }
            }
        }
        let text: String = text.into_iter().collect();
        if let Err(problems) = read_text(&text, &given()) {
            assert!(problems.iter().any(Problem::is_error), "{text}");
        }
    }
}

#[test]
fn deep_nesting_is_refused_without_harm() {
    let indented: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in ["[".repeat(50_000), "{a: ".repeat(50_000), "- ".repeat(50_000), indented] {
        let problems = read_text(&text, &Given::default()).unwrap_err();
        assert_eq!(problems.len(), 1, "{}", &text[..8]);
    }
}
