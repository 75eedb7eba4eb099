//! Files built to hurt, and files of noise: a refusal each, never a crash, never memory without end.

use crate::common::{dollars, shown, source, written};
use proptest::prelude::*;
use trade_loader::{load_coefficients, load_positions, load_trades};

const HEADER: &str = "trade_id,side,security,security_type,quantity,price,accrued_interest\n";

fn refusal(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let loaded = load_trades(&written(&folder, name, bytes), &dollars());
    loaded.map(|loaded| shown(&loaded.problems)).unwrap_or_else(|error| error.to_string())
}

#[test]
fn a_file_beyond_the_limits_is_refused() {
    let wide = format!("{HEADER}{}1\n", ",".repeat(1_000));
    assert_eq!(refusal("t.csv", wide), "load t.csv:2: a row has more columns than 1000");
    let blank_and_wide = format!("{HEADER}{}\n", ",".repeat(5_000_000));
    assert_eq!(refusal("t.csv", blank_and_wide), "load t.csv:2: a row has more columns than 16384");
    let long = format!("{HEADER}{}\n", "x".repeat(200_000));
    assert_eq!(refusal("t.csv", long), "load t.csv:2: a cell has more bytes than 131072");
    let many = format!("a\n{}", "1\n".repeat(1_000_001));
    assert_eq!(refusal("t.csv", many), "load t.csv:1000002: the table has more rows than 1000000");
    let keys = (0..1_001).map(|key| format!("{{\"k{key}\":1}}")).collect::<Vec<_>>().join(",");
    assert_eq!(refusal("t.json", format!("[{keys}]")), "load t.json:1: the file has more keys than 1000");
}

#[test]
fn a_file_too_large_to_hold_is_refused_before_it_is_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    // A file with a hole: large by its size, small on the disk.
    std::fs::File::create(&path).unwrap().set_len((256 << 20) + 1).unwrap();
    let refusal = load_trades(&source(&path), &dollars()).unwrap_err();
    assert_eq!(refusal.to_string(), "load t.csv: the file has more bytes than 268435456");
}

#[test]
fn a_stated_delimiter_that_cannot_be_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut source = written(&folder, "t.csv", HEADER);
    source.format.delimiter = Some('a');
    let refusal = load_trades(&source, &dollars()).unwrap_err();
    assert_eq!(refusal.to_string(), "load t.csv: 'a' cannot divide fields");
}

#[test]
fn twenty_thousand_bad_rows_are_twenty_thousand_problems() {
    let rows = (0..20_000).map(|n| format!("T{n},buy,S,government,x,99.5,0\n")).collect::<String>();
    let folder = tempfile::tempdir().unwrap();
    let loaded = load_trades(&written(&folder, "t.csv", format!("{HEADER}{rows}")), &dollars()).unwrap();
    assert_eq!((loaded.rows.len(), loaded.problems.len()), (0, 20_000));
}

#[test]
fn endless_problems_stop_the_reading() {
    let rows = "T,buy,S,government,x,99.5,0\n".repeat(150_000);
    let folder = tempfile::tempdir().unwrap();
    let loaded = load_trades(&written(&folder, "t.csv", format!("{HEADER}{rows}")), &dollars()).unwrap();
    assert_eq!(loaded.problems.last().unwrap().message, "reading stopped after 200000 problems");
}

fn row() -> impl Strategy<Value = String> {
    ("[A-Z][0-9]{1,4}", prop_oneof![Just("buy"), Just("S")], "[A-Z]{3}", 1_u64..1_000_000)
        .prop_map(|(id, side, security, quantity)| format!("{id},{side},{security},government,{quantity},99.5,0"))
}

proptest! {
    #[test]
    fn the_order_of_rows_does_not_change_their_digest(
        (rows, shuffled) in prop::collection::vec(row(), 0..20)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let digest = |name: &str, rows: &[String]| {
            let text = format!("{HEADER}{}\n", rows.join("\n"));
            load_trades(&written(&folder, name, text), &dollars()).unwrap()
        };
        let (one, other) = (digest("a.csv", &rows), digest("b.csv", &shuffled));
        prop_assert_eq!(&one.rows_sha256, &other.rows_sha256);
        prop_assert_eq!(one.bytes_sha256 == other.bytes_sha256, rows == shuffled);
    }

    #[test]
    fn noise_of_any_kind_is_refused_or_read_and_never_a_crash(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        text in "[a-zT,;\"\\r\\n\\t =(){}\\[\\]:.0-9-]{0,200}",
        name in prop_oneof![Just("t.csv"), Just("t.xlsx"), Just("t.json")],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let with_header = [HEADER.as_bytes(), text.as_bytes()].concat();
        let with_zip = [b"PK\x03\x04".as_slice(), &bytes].concat();
        for content in [bytes.as_slice(), text.as_bytes(), &with_header, &with_zip] {
            let source = written(&folder, name, content);
            let _ = load_trades(&source, &dollars());
            let _ = load_positions(&source, &dollars());
            let _ = load_coefficients(&source, &dollars());
        }
    }

    #[test]
    fn every_row_loads_or_is_spoken_of(rows in prop::collection::vec("[a-zT0-9,. ]{1,40}", 0..8)) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("{HEADER}{}\n", rows.join("\n"));
        let loaded = load_trades(&written(&folder, "t.csv", text), &dollars()).unwrap();
        let mut places = loaded.problems.iter().map(|problem| problem.place.at.clone()).collect::<Vec<_>>();
        places.dedup();
        prop_assert_eq!(loaded.rows.len() + places.len(), loaded.rows_read);
    }
}
