//! A folder published whole or not at all.

use std::fs;
use std::path::Path;

use reporter::{Rendered, ReporterError, check_target, finish, stage};

fn files(text: &str) -> Vec<Rendered> {
    let file = |file| Rendered { file, bytes: text.as_bytes().to_vec() };
    vec![file("result.json"), file("assignments.csv"), file("metrics.csv"), file("run.json")]
}

fn publish(out: &Path, files: &[Rendered]) -> Result<(), ReporterError> {
    stage(out, files, &|| true)?.swap()
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let name =
        |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = fs::read_dir(folder).expect("a folder").map(name).collect();
    names.sort();
    names
}

const PUBLISHED: [&str; 4] = ["assignments.csv", "metrics.csv", "result.json", "run.json"];

#[test]
fn folders_above_are_made_and_nothing_else_is_left_beside() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("2026/11/20");
    publish(&out, &files("one")).unwrap();
    assert_eq!(names(&out), PUBLISHED);
    assert_eq!(names(out.parent().unwrap()), ["20"]);
}

#[test]
fn a_second_publication_replaces_the_first_whole() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    publish(&out, &files("one")).unwrap();
    publish(&out, &files("two")[..2]).unwrap();
    assert_eq!(names(&out), ["assignments.csv", "result.json"]);
    assert_eq!(fs::read_to_string(out.join("result.json")).unwrap(), "two");
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn an_empty_folder_may_be_published_to() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    fs::create_dir(&out).unwrap();
    publish(&out, &files("one")).unwrap();
    assert_eq!(names(&out), PUBLISHED);
}

#[test]
fn a_folder_with_somebody_elses_files_is_refused_and_untouched() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    publish(&out, &files("one")).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    fs::create_dir(out.join("archive")).unwrap();
    let error = publish(&out, &files("two")).unwrap_err();
    assert_eq!(
        error.to_string().replace(&root.path().display().to_string(), "…"),
        "publish to …/out: it holds what this program did not write: archive and 1 more; \
         name another folder, or move those files away"
    );
    assert!(!error.is_temporary());
    assert_eq!(check_target(&out).unwrap_err().to_string(), error.to_string());
    assert_eq!(fs::read_to_string(out.join("result.json")).unwrap(), "one");
    assert_eq!(fs::read_to_string(out.join("notes.txt")).unwrap(), "mine");
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn a_folder_that_only_looks_like_one_of_our_files_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    fs::create_dir_all(out.join("result.json")).unwrap();
    assert!(publish(&out, &files("one")).is_err());
    assert!(out.join("result.json").is_dir());
}

#[test]
fn a_file_in_the_way_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    fs::write(&out, "mine").unwrap();
    let said = |out: &Path| {
        publish(out, &files("one")).unwrap_err().to_string().replace(&root.path().display().to_string(), "…")
    };
    assert_eq!(said(&out), "publish to …/out: it is a file; name a folder, or remove the file");
    assert!(said(&out.join("below")).starts_with("publish to …/out/below: create …/out: "));
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
}

#[test]
fn the_current_folder_and_those_above_it_are_refused() {
    for out in [".", "..", "/"] {
        let error = publish(Path::new(out), &files("one")).unwrap_err().to_string();
        assert!(
            error.contains("it is the current folder, or holds it") || error.contains("not a folder of its own"),
            "{error}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_stays_a_link() {
    let root = tempfile::tempdir().unwrap();
    let (real, link) = (root.path().join("real"), root.path().join("link"));
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    publish(&link, &files("one")).unwrap();
    publish(&link, &files("two")).unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(real.join("result.json")).unwrap(), "two");
    fs::remove_dir_all(&real).unwrap();
    let error = publish(&link, &files("three")).unwrap_err().to_string();
    assert!(error.contains("it is a link that leads nowhere; mend or remove the link"), "{error}");
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_old_folder_as_it_was() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    publish(&out, &files("one")).unwrap();
    let mut broken = files("two");
    broken.push(Rendered { file: "no/such/folder.json", bytes: Vec::new() });
    let error = publish(&out, &broken).unwrap_err().to_string();
    assert!(error.contains("write ") && error.ends_with("check the path, or publish elsewhere"), "{error}");
    assert_eq!(names(&out), PUBLISHED);
    assert_eq!(fs::read_to_string(out.join("result.json")).unwrap(), "one");
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn what_a_crash_left_half_written_is_cleared_away() {
    let root = tempfile::tempdir().unwrap();
    let (out, left) = (root.path().join("out"), root.path().join(".out.pb-assign-new"));
    fs::create_dir(&left).unwrap();
    fs::write(left.join("result.json"), "half").unwrap();
    publish(&out, &files("one")).unwrap();
    assert_eq!(names(root.path()), ["out"]);
}

#[test]
fn what_a_crash_left_between_two_renames_comes_back_before_anything_else() {
    let root = tempfile::tempdir().unwrap();
    let (out, aside) = (root.path().join("out"), root.path().join(".out.pb-assign-old"));
    publish(&out, &files("one")).unwrap();
    fs::rename(&out, &aside).unwrap();
    let mut broken = files("two");
    broken.push(Rendered { file: "no/such/folder.json", bytes: Vec::new() });
    assert!(publish(&out, &broken).is_err());
    assert_eq!(fs::read_to_string(out.join("result.json")).unwrap(), "one");
    assert_eq!(names(root.path()), ["out"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_reader_finds_a_whole_folder_at_any_moment() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    publish(&out, &files("one")).unwrap();
    std::thread::scope(|scope| {
        let writers = [scope.spawn(|| publish_often(&out)), scope.spawn(|| publish_often(&out))];
        while !writers.iter().all(|writer| writer.is_finished()) {
            let handle = fs::File::open(out.join("result.json"));
            assert!(handle.is_ok(), "the folder was away for a moment");
        }
    });
    assert_eq!(names(&out), PUBLISHED);
    assert_eq!(names(root.path()), ["out"]);
}

#[cfg(target_os = "linux")]
fn publish_often(out: &Path) {
    for _ in 0..20 {
        publish(out, &files("next")).expect("a folder of ours is replaced");
    }
}

#[test]
fn what_a_crash_left_staged_is_swapped_in_only_where_it_was_committed() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    publish(&out, &files("one")).unwrap();
    // What `stage` leaves behind when its process is killed.
    let crash = |text| {
        let staged = root.path().join(".out.pb-assign-new");
        fs::create_dir(&staged).unwrap();
        files(text).iter().for_each(|file| fs::write(staged.join(file.file), &file.bytes).unwrap());
    };
    let read = || fs::read_to_string(out.join("result.json")).unwrap();
    crash("two");
    assert_eq!((finish(&out, |run| run == b"three", &|| true).unwrap(), read()), (false, "one".to_owned()));
    crash("three");
    assert_eq!((finish(&out, |run| run == b"three", &|| true).unwrap(), read()), (true, "three".to_owned()));
    assert_eq!((finish(&out, |_| true, &|| true).unwrap(), names(root.path())), (false, vec!["out".to_owned()]));
}

#[test]
fn what_is_staged_and_not_swapped_in_is_cleared_away() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    drop(stage(&out, &files("one"), &|| true).unwrap());
    assert_eq!(names(root.path()), Vec::<String>::new());
}

#[test]
fn a_folder_that_somebody_else_has_is_waited_for_as_long_as_there_is_patience() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    publish(&out, &files("one")).unwrap();
    let held = fs::File::open(root.path()).unwrap();
    held.lock().unwrap();
    let asked = std::cell::Cell::new(0);
    let patience = || asked.replace(asked.get() + 1) < 2;
    let refused = stage(&out, &files("two"), &patience).unwrap_err();
    assert!(refused.is_temporary() && refused.to_string().contains("--wait"), "{refused}");
    assert_eq!((asked.get(), names(root.path())), (3, vec!["out".to_owned()]));
    let until_free = || held.unlock().is_ok();
    stage(&out, &files("two"), &until_free).unwrap().swap().unwrap();
    assert_eq!(fs::read_to_string(out.join("result.json")).unwrap(), "two");
}
