//! The launcher icon as a picture that can be compared.

use crate::facts::Icon;
use crate::limits::Limits;

/// The icon stored at `path`, or `None` when `bytes` are no picture.
pub fn read(_path: &str, _bytes: &[u8], _limits: &Limits) -> Option<Icon> {
    None
}
