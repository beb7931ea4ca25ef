#![allow(clippy::unwrap_used, reason = "a test may fail")]

use super::*;

#[test]
fn class_names_are_completed_as_android_does() {
    assert_eq!(class_name("a.b", ".C"), "a.b.C");
    assert_eq!(class_name("a.b", "C"), "a.b.C");
    assert_eq!(class_name("a.b", "x.C"), "x.C");
}
