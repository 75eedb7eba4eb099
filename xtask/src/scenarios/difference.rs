//! Where two JSON values differ, in lines that a person reads.

use serde_json::Value;

/// With more lines, the rest is counted.
const LINES_AT_MOST: usize = 20;

/// A line for each place where `got` is not as `want`; each starts with `name` and the path to the place.
pub(super) fn of(want: &Value, got: &Value, name: &str) -> Vec<String> {
    let mut lines = Vec::new();
    compare(Some(want), Some(got), name, "", &mut lines);
    let more = lines.len().saturating_sub(LINES_AT_MOST);
    lines.truncate(LINES_AT_MOST);
    if more > 0 {
        lines.push(format!("{name}: and {more} more"));
    }
    lines
}

fn compare(want: Option<&Value>, got: Option<&Value>, name: &str, path: &str, lines: &mut Vec<String>) {
    match (want, got) {
        (Some(Value::Object(want)), Some(Value::Object(got))) => {
            let added = got.keys().filter(|key| !want.contains_key(*key));
            for key in want.keys().chain(added) {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(want.get(key), got.get(key), name, &path, lines);
            }
        }
        (Some(Value::Array(want)), Some(Value::Array(got))) => {
            for index in 0..want.len().max(got.len()) {
                compare(want.get(index), got.get(index), name, &format!("{path}[{index}]"), lines);
            }
        }
        (want, got) if want == got => {}
        (want, got) => {
            let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
            lines.push(format!("{name} {path}: {} expected, {} came", text(want), text(got)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_place_is_named() {
        let want = json!({ "a": [1, { "b": "x" }], "c": null, "d": 1 });
        let got = json!({ "a": [1, { "b": "y" }, 3], "c": null, "e": {} });
        assert_eq!(
            of(&want, &got, "f"),
            [
                "f a[1].b: \"x\" expected, \"y\" came",
                "f a[2]: nothing expected, 3 came",
                "f d: 1 expected, nothing came",
                "f e: nothing expected, {} came",
            ]
        );
    }

    #[test]
    fn the_order_of_keys_does_not_matter_and_long_lists_are_cut() {
        assert_eq!(of(&json!({ "a": 1, "b": 2 }), &json!({ "b": 2, "a": 1 }), "f"), [""; 0]);
        let lines = of(&json!([]), &json!((0..50).collect::<Vec<_>>()), "f");
        assert_eq!((lines.len(), lines[20].as_str()), (21, "f: and 30 more"));
    }
}
