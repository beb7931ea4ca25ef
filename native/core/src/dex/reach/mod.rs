//! placeholder while the rest compiles
use super::program::Program;
use super::EntryPoints;
use crate::facts::Reach;
use crate::limits::Limits;

#[derive(Debug)]
pub(crate) struct Reached<'p, 'a> {
    _program: &'p Program<'a>,
}
impl<'p, 'a> Reached<'p, 'a> {
    pub(crate) fn from_entries(program: &'p Program<'a>, _e: &EntryPoints, _l: &Limits) -> Self {
        Self { _program: program }
    }
    pub(crate) fn over(&self) -> bool {
        false
    }
    pub(crate) fn of(&self, _method: u32, _at: u32) -> Option<Reach> {
        None
    }
}
