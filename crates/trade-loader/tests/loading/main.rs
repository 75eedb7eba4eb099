//! The crate from the outside: files in, rows and problems out.

#[cfg(test)]
mod common;
#[cfg(test)]
mod exports;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod last_plan;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod workbooks;
