//! Workbooks: what spreadsheets store, and archives built to hurt.

use std::io::{Cursor, Write};

use domain::Trade;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};
use trade_loader::{FileFormat, Loaded, Source, load_coefficients, load_trades};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::common::{dollars, fixture, shown, written};

const HEADER: [&str; 7] = ["Trade ID", "Side", "Security", "Security Type", "Quantity", "Price", "Accrued Interest"];

fn workbook(fill: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Blotter").unwrap();
    fill(sheet).unwrap();
    workbook.save_to_buffer().unwrap()
}

/// A sheet with the header row and one good trade, then what `change` does to it.
fn trade(change: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    workbook(|sheet| {
        sheet.write_row(0, 0, HEADER)?;
        sheet.write_row(1, 0, ["T1", "buy", "0912828XX", "government"])?;
        sheet.write_row(1, 4, [10_000_000.0, 99.515625, 0.1 + 0.2])?;
        change(sheet)
    })
}

fn loaded(bytes: &[u8]) -> Loaded<Trade> {
    let folder = tempfile::tempdir().unwrap();
    load_trades(&written(&folder, "t.xlsx", bytes), &dollars()).unwrap()
}

fn problems(bytes: &[u8]) -> String {
    shown(&loaded(bytes).problems)
}

fn refusal(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    load_trades(&written(&folder, "t.xlsx", bytes), &dollars()).unwrap_err().to_string()
}

#[test]
fn numbers_of_a_sheet_are_what_the_sheet_shows() {
    let loaded = loaded(&trade(|_| Ok(())));
    assert_eq!(shown(&loaded.problems), "");
    let trade = &loaded.rows[0];
    let numbers = [trade.quantity, trade.price, trade.accrued].map(|number| number.to_string());
    assert_eq!(numbers, ["10000000", "99.515625", "0.3"]); // 0.1 + 0.2 is stored as 0.30000000000000004
    assert_eq!((trade.security.as_str(), trade.place.to_string().as_str()), ("0912828XX", "t.xlsx Blotter!2"));
}

#[test]
fn cells_that_are_no_numbers_are_refused_by_their_address() {
    let bytes = trade(|sheet| {
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let percent = Format::new().set_num_format("0.00%");
        sheet.write_row(2, 0, ["T2", "sell", "S2", "government"])?;
        sheet.write_datetime_with_format(2, 4, ExcelDateTime::from_ymd(2026, 11, 20)?, &day)?;
        sheet.write_number_with_format(2, 5, 0.995, &percent)?;
        sheet.write_boolean(2, 6, true)?;
        sheet.write_row(3, 0, ["T3", "sell", "S3", "government", "1,000,000", "(99.5)"])?;
        sheet.write_formula(3, 6, Formula::new("=NA()").set_result("#N/A"))?;
        sheet.write_row(4, 1, ["sell", "S4", "government"])?;
        sheet.write_row(4, 4, [1.0, 99.5, 0.0])?;
        sheet.write_formula(4, 0, Formula::new("=\"0\"&\"100\"").set_result("0100"))?;
        sheet.write_row(5, 0, ["T5", "sell"])?;
        sheet.write_number(5, 2, 912_828.5)?;
        sheet.write_row(5, 3, ["government", "1", "99.5", "0", "beyond"])?;
        Ok(())
    });
    insta::assert_snapshot!(problems(&bytes), @r##"
    t.xlsx Blotter!E3 quantity: L017: "2026-11-20" is a date or a time
    hint: check which column holds the number, and that its cells are formatted as numbers
    t.xlsx Blotter!F3 price: L015: the sheet shows "0.995" as a percentage
    hint: store the number itself and format the cell as a number: a price of 99.5% as 99.5
    t.xlsx Blotter!G3 accrued_interest: L019: "TRUE" is neither text nor a number
    hint: write the value itself
    t.xlsx Blotter!F4 price: L022: "(99.5)" is a price below zero
    hint: write the clean price without a sign
    t.xlsx Blotter!G4 accrued_interest: L019: "#N/A" is an error of a spreadsheet formula
    hint: mend the formula, or write the value
    t.xlsx Blotter!A5 trade_id: L028: 100 is a number that a formula gave, so that leading zeros may be lost
    hint: turn the formula into text, for example with TEXT()
    t.xlsx Blotter!C6 security: L028: 912828.5 is stored as a number, not as text
    hint: format the column as text, and write it again
    t.xlsx Blotter!H6: L008: "beyond" stands where the header row is empty
    hint: name the column, or move the note to another sheet
    "##);
}

#[test]
fn whole_numbers_are_identifiers_and_others_are_not() {
    let with_id = |id: f64| {
        let loaded = loaded(&trade(|sheet| sheet.write_number(1, 0, id).map(|_| ())));
        loaded.rows.first().map(|trade| trade.id.to_string())
    };
    assert_eq!(with_id(1_234_567.0).as_deref(), Some("1234567"));
    assert_eq!(with_id(123_456_789_012_345.0).as_deref(), Some("123456789012345"));
    for id in [1.5, -7.0, 1e15, 9.13e20] {
        assert_eq!(with_id(id), None, "{id}");
    }
}

#[test]
fn a_percentage_is_a_rate_in_a_rate_column() {
    let bytes = workbook(|sheet| {
        sheet.write_row(0, 0, ["account", "metric", "security", "long", "short"])?;
        sheet.write_row(1, 0, ["PB1", "margin", "S1"])?;
        let percent = Format::new().set_num_format("0%");
        sheet.write_number_with_format(1, 3, 0.02, &percent)?;
        sheet.write_number_with_format(1, 4, 0.05, &percent).map(|_| ())
    });
    let folder = tempfile::tempdir().unwrap();
    let loaded = load_coefficients(&written(&folder, "c.xlsx", bytes), &dollars()).unwrap();
    assert_eq!(loaded.rows[0].rates.short.to_string(), "0.05");
}

#[test]
fn a_sheet_gives_the_same_digest_as_the_same_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{}\nT1,buy,0912828XX,government,10000000,99.515625,0.3\n", HEADER.join(","));
    let csv = load_trades(&written(&folder, "t.csv", text), &dollars()).unwrap();
    assert_eq!(loaded(&trade(|_| Ok(()))).rows_sha256, csv.rows_sha256);
}

#[test]
fn the_sheet_is_the_only_one_with_content_or_the_one_that_is_stated() {
    let sheets = |filled: &[&str]| {
        let mut workbook = Workbook::new();
        for name in ["Notes", "Blotter", "Old"] {
            let sheet = workbook.add_worksheet().set_name(name).unwrap();
            if filled.contains(&name) {
                sheet.write_row(0, 0, HEADER).unwrap();
            }
        }
        workbook.save_to_buffer().unwrap()
    };
    assert_eq!(problems(&sheets(&["Blotter"])), "");
    let two = sheets(&["Blotter", "Old"]);
    assert_eq!(refusal(&two), "load t.xlsx: more than one sheet has content: \"Blotter\", \"Old\"");
    assert_eq!(refusal(&sheets(&[])), "load t.xlsx: no sheet has content");
    let folder = tempfile::tempdir().unwrap();
    let stated = |sheet: &str| {
        let format = FileFormat { sheet: Some(sheet.to_owned()), ..FileFormat::default() };
        load_trades(&Source { format, ..written(&folder, "t.xlsx", &two) }, &dollars())
    };
    assert!(stated("blotter").is_ok());
    let unknown = stated("Bloter").unwrap_err().to_string();
    assert_eq!(unknown, "load t.xlsx: there is no sheet \"Bloter\" among \"Notes\", \"Blotter\", \"Old\"");
}

/// A workbook of one sheet by hand: the XML of its cells, and of its shared texts.
fn archive(sheet: &str, texts: Option<&str>) -> Vec<u8> {
    let types = "http://schemas.openxmlformats.org";
    let relation = |id: u8, kind: &str, target: &str| {
        let of = format!("{types}/officeDocument/2006/relationships/{kind}");
        format!("<Relationships><Relationship Id=\"r{id}\" Type=\"{of}\" Target=\"{target}\"/></Relationships>")
    };
    let mut parts = vec![
        ("_rels/.rels", relation(1, "officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", relation(1, "worksheet", "worksheets/sheet1.xml")),
        (
            "xl/workbook.xml",
            "<workbook><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>".into(),
        ),
        ("xl/worksheets/sheet1.xml", sheet.to_owned()),
    ];
    parts.extend(texts.map(|texts| ("xl/sharedStrings.xml", texts.to_owned())));
    zipped(&parts)
}

fn zipped(parts: &[(&str, String)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        archive.start_file(*name, options).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn sheet(cells: &str) -> String {
    format!("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{cells}</sheetData></worksheet>")
}

#[test]
fn a_sheet_that_claims_every_cell_costs_only_those_it_has() {
    let far = sheet(
        "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>trade_id</v></c></row><row r=\"1048576\"><c r=\"B1048576\"><v>1</v></c></row>",
    );
    assert!(problems(&archive(&far, None)).contains("t.xlsx S!B1048576: L008"));
    let wide = sheet("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>");
    assert_eq!(refusal(&archive(&wide, None)), "load t.xlsx: the sheet has content beyond column 1000");
    // Rows of one cell in the last column: each would be filled up with empty cells.
    let sparse = (1..=20_000).map(|row| format!("<row><c r=\"ALL{row}\"><v>1</v></c></row>")).collect::<String>();
    assert_eq!(refusal(&archive(&sheet(&sparse), None)), "load t.xlsx: the sheet has more cells than 10000000");
}

#[test]
fn stated_counts_and_addresses_are_not_believed() {
    let texts = |count: &str| format!("<sst uniqueCount=\"{count}\"><si><t>trade_id</t></si></sst>");
    let one = sheet("<row><c t=\"s\"><v>0</v></c></row>");
    for count in ["99999999999999", "18446744073709551615", "4000000000"] {
        assert!(refusal(&archive(&one, Some(&texts(count)))).contains("and holds fewer"), "{count}");
    }
    assert!(problems(&archive(&one, Some(&texts("1")))).contains("L005"));
    for address in ["ZZZZZZZZZZZZ1", "A99999999999", "A0", "", "é1"] {
        let cells = sheet(&format!("<row><c r=\"{address}\"><v>1</v></c></row>"));
        assert!(refusal(&archive(&cells, None)).starts_with("load t.xlsx: "), "{address}");
    }
    let twice = sheet("<row><c r=\"A1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>");
    assert_eq!(refusal(&archive(&twice, None)), "load t.xlsx: one cell of the sheet is stored twice");
}

#[test]
fn formulas_that_lost_their_value_or_zeros_are_refused() {
    let header = HEADER.iter().map(|name| format!("<c t=\"str\"><v>{name}</v></c>")).collect::<String>();
    let row = "<c><f>X</f><v>0100</v></c><c t=\"str\"><v>buy</v></c><c t=\"str\"><v>S</v></c>\
               <c t=\"str\"><v>government</v></c><c><f t=\"shared\" si=\"4294967295\">A1</f></c>\
               <c><v>99.5</v></c><c><v>0</v></c>";
    let cells = sheet(&format!("<row>{header}</row><row>{row}</row>"));
    insta::assert_snapshot!(problems(&archive(&cells, None)), @r##"
    t.xlsx S!A2 trade_id: L028: 100 is a number that a formula gave, so that leading zeros may be lost
    hint: turn the formula into text, for example with TEXT()
    t.xlsx S!E2 quantity: L019: the cell holds a formula without its value
    hint: open the workbook in a spreadsheet and save it, so that values are stored
    "##);
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let one_text = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(20 << 20));
    let bomb = archive(&sheet(""), Some(&one_text));
    assert!(bomb.len() < 100_000, "20 MiB packed into {}", bomb.len());
    assert!(refusal(&bomb).starts_with("load t.xlsx: a part of the workbook unpacks to more bytes than"));
    // One long text shown in every cell: small in the file, large in memory.
    let long = format!("<sst><si><t>{}</t></si></sst>", "a".repeat(100_000));
    let cells = (1..=60_000).map(|row| format!("<row><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>")).collect::<String>();
    assert_eq!(
        refusal(&archive(&sheet(&cells), Some(&long))),
        "load t.xlsx: the sheet has more bytes of text than 268435456"
    );
    let many = (0..10_001).map(|part| (format!("p{part}"), String::new())).collect::<Vec<_>>();
    let many = many.iter().map(|(name, content)| (name.as_str(), content.clone())).collect::<Vec<_>>();
    assert_eq!(refusal(&zipped(&many)), "load t.xlsx: the workbook has more parts than 10000");
}

#[test]
fn an_archive_that_is_no_workbook_is_refused() {
    let other = zipped(&[("notes.txt", "hello".to_owned())]);
    assert_eq!(refusal(&other), "load t.xlsx: this is an archive, but not a workbook");
    let mut cut = trade(|_| Ok(()));
    cut.truncate(cut.len() / 2);
    assert!(refusal(&cut).starts_with("load t.xlsx: the archive of the workbook cannot be read"));
    let error = load_trades(&fixture("bad-files/old-excel.xlsx"), &dollars()).unwrap_err();
    assert_eq!(error.problem().code.id, "L002");
}

#[test]
fn a_changed_byte_is_a_refusal_or_a_change_and_never_a_crash() {
    let good = trade(|_| Ok(()));
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        let folder = tempfile::tempdir().unwrap();
        let _ = load_trades(&written(&folder, "t.xlsx", bad), &dollars());
    }
}
