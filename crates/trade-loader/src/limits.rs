//! How large an input may be. Each bound is far above what a desk sends and far below what would hurt
//! the machine; a file beyond one of them is refused whole, with the bound in the message.

/// Bytes of a file.
pub(crate) const FILE_BYTES: u64 = 256 << 20;
/// Bytes of a JSON file, whose values take several times their size while they are read.
pub(crate) const JSON_BYTES: u64 = 64 << 20;
/// Rows of a table, header not counted.
pub(crate) const ROWS: usize = 1_000_000;
/// Columns of a table.
pub(crate) const COLUMNS: usize = 1_000;
/// Columns of a row when blank ones at its end count: what a spreadsheet has at most.
pub(crate) const BLANK_COLUMNS: usize = 16_384;
/// Cells of a table: what bounds memory, since an empty cell costs a byte on disk and dozens here.
pub(crate) const CELLS: usize = 10_000_000;
/// Bytes of a single cell; a spreadsheet holds 32,767 characters.
pub(crate) const CELL_BYTES: usize = 128 << 10;
/// Bytes of all cells together: a workbook can show one long text in a million cells.
pub(crate) const TEXT_BYTES: usize = 256 << 20;
/// Problems kept for one file; reading stops at the last.
pub(crate) const PROBLEMS: usize = 200_000;

/// Entries of a workbook's archive.
pub(crate) const ENTRIES: usize = 10_000;
/// Unpacked bytes of a workbook, all entries together.
pub(crate) const UNPACKED_BYTES: u64 = 512 << 20;
/// Unpacked bytes of the table of texts that sheets share.
pub(crate) const SHARED_TEXT_BYTES: u64 = 128 << 20;
/// Unpacked bytes of any other XML part that is not a sheet: styles, names, relations.
pub(crate) const PART_BYTES: u64 = 16 << 20;
/// Unpacked bytes for one packed byte, judged above [`RATIO_FROM_BYTES`]; real sheets stay below 50.
pub(crate) const RATIO: u64 = 200;
/// Below this an entry may be packed as tightly as it likes.
pub(crate) const RATIO_FROM_BYTES: u64 = 1 << 20;
