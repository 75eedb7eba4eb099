//! From a published document back to a report.

use reporter::ResultDocument;

use crate::scene::{failed_report, full_report, two_accounts};

#[test]
fn what_a_document_says_is_read_back_as_it_was() {
    let scene = two_accounts();
    for report in [full_report(&scene), failed_report(&scene)] {
        let text = serde_json::to_string(&ResultDocument::of(&report)).expect("JSON");
        let document = ResultDocument::read(&text).expect("a document");
        assert_eq!(document.objective_report(), report.objective);
        assert_eq!(document.diagnostics_report(), report.diagnostics);
    }
}
