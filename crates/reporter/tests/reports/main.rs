//! An outcome as files, as one line and as a view, on desks that a person can do the sums of.

mod certificates;
mod documents;
mod goals;
mod publish;
mod read_back;
mod scene;
mod terminal;
