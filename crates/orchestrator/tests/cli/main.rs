//! The program `pb-assign` as its users meet it: commands in, exit code, one line of JSON and words out.

mod starter;
mod typical_mistakes;
