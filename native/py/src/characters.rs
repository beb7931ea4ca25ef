//! `finwatch_core::characters`, told of characters by a Python function.

use std::sync::{Mutex, PoisonError};

use finwatch_core::characters::{self, Entry, Told};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Characters as one Python function tells of them.
#[pyclass(frozen, module = "finwatch._native")]
struct Characters {
    known: Mutex<characters::Characters>,
    ask: Py<PyAny>,
}

#[pymethods]
impl Characters {
    #[new]
    fn new(ask: Py<PyAny>) -> Self {
        Self { known: Mutex::default(), ask }
    }

    #[pyo3(signature = (text, origin, at = 0))]
    fn traced(
        &self,
        py: Python<'_>,
        text: &str,
        origin: Vec<Entry>,
        at: usize,
    ) -> PyResult<Option<(String, Vec<Entry>)>> {
        self.learn(py, text)?;
        let found = self.known.lock().unwrap_or_else(PoisonError::into_inner).traced(text, &origin);
        Ok(found.map(|(words, mut places)| {
            if at > 0 {
                places.iter_mut().for_each(|place| place.0 += at);
            }
            (words, places)
        }))
    }
}

impl Characters {
    /// Asks for the characters of `text` that were not told of. The lock is not held meanwhile.
    fn learn(&self, py: Python<'_>, text: &str) -> PyResult<()> {
        let unknown = self.known.lock().unwrap_or_else(PoisonError::into_inner).unknown(text);
        for character in unknown {
            let told: Option<String> = self.ask.call1(py, (character,))?.extract(py)?;
            let told = match told {
                None => Told::Unsafe,
                Some(words) => told_of(&words)?,
            };
            self.known.lock().unwrap_or_else(PoisonError::into_inner).tell(character, told);
        }
        Ok(())
    }
}

/// What the answer means: nothing, a space, one character or several.
fn told_of(words: &str) -> PyResult<Told> {
    let mut characters = words.chars();
    match (characters.next(), characters.next()) {
        (None, _) => Ok(Told::Unseen),
        (Some(' '), None) => Ok(Told::Space),
        (Some(one), None) => Ok(Told::One(one)),
        _ if words.contains(' ') => Err(PyValueError::new_err("white space among several characters")),
        _ => Ok(Told::Several(words.to_owned())),
    }
}

#[pyfunction]
fn scripts(text: &str) -> (usize, usize) {
    characters::scripts(text)
}

/// Puts class and function into the module.
pub fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(scripts, m)?)?;
    m.add_class::<Characters>()
}
