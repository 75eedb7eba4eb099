//! The program `pb-assign`.

fn main() {}
