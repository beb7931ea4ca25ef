//! Word lists over `finwatch_core::words`, and the tokens that they give.

use finwatch_core::words::{self, Around};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyList, PyTuple};

use crate::to_python;

/// A word of a text. Its fields are Python objects, so that reading one costs no more than a slot. The collector of
/// cycles does not see it: what it holds are constants and numbers.
#[pyclass(frozen, module = "finwatch._native")]
struct Token {
    #[pyo3(get)]
    kind: Py<PyAny>,
    #[pyo3(get)]
    value: Py<PyAny>,
    #[pyo3(get)]
    start: Py<PyInt>,
    #[pyo3(get)]
    end: Py<PyInt>,
}

impl Token {
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (&self.kind, &self.value, &self.start, &self.end).into_pyobject(py)
    }
}

#[pymethods]
impl Token {
    #[new]
    fn new(kind: Py<PyAny>, value: Py<PyAny>, start: Py<PyInt>, end: Py<PyInt>) -> Self {
        Self { kind, value, start, end }
    }

    fn __eq__(&self, other: &Self, py: Python<'_>) -> PyResult<bool> {
        self.fields(py)?.eq(other.fields(py)?)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        self.fields(py)?.hash()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Token{}", self.fields(py)?.repr()?))
    }

    #[pyo3(signature = (**changed))]
    fn _replace(&self, py: Python<'_>, changed: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut new = Self {
            kind: self.kind.clone_ref(py),
            value: self.value.clone_ref(py),
            start: self.start.clone_ref(py),
            end: self.end.clone_ref(py),
        };
        for (name, value) in changed.into_iter().flatten() {
            match name.extract::<&str>()? {
                "kind" => new.kind = value.unbind(),
                "value" => new.value = value.unbind(),
                "start" => new.start = value.cast_into()?.unbind(),
                "end" => new.end = value.cast_into()?.unbind(),
                other => return Err(PyTypeError::new_err(format!("a token has no field {other}"))),
            }
        }
        Ok(new)
    }
}

/// A list of words, each with what its tokens say.
#[pyclass(frozen, module = "finwatch._native")]
struct Words {
    words: words::Words,
    says: Vec<(Py<PyAny>, Py<PyAny>)>,
}

#[pymethods]
impl Words {
    #[new]
    #[pyo3(signature = (words, *, function, left, right, beside, outer))]
    fn new(
        words: Vec<(String, u8, Py<PyAny>, Py<PyAny>)>,
        function: Vec<String>,
        left: String,
        right: String,
        beside: String,
        outer: String,
    ) -> PyResult<Self> {
        let around = Around { function, left, right, beside, outer };
        let modes = words.iter().map(|one| one.1).collect();
        let list = words::Words::new(words.iter().map(|one| one.0.as_str()), modes, around).map_err(to_python)?;
        Ok(Self { words: list, says: words.into_iter().map(|(_, _, kind, value)| (kind, value)).collect() })
    }

    fn scan<'py>(&self, py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyList>> {
        let mut tokens = Vec::new();
        for found in self.words.scan(text) {
            if let Some((kind, value)) = self.says.get(found.word) {
                let start = found.start.into_pyobject(py)?.unbind();
                let end = found.end.into_pyobject(py)?.unbind();
                tokens.push(Py::new(py, Token { kind: kind.clone_ref(py), value: value.clone_ref(py), start, end })?);
            }
        }
        PyList::new(py, tokens)
    }
}

/// Puts the classes into the module.
pub fn add(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Token>()?;
    m.add_class::<Words>()
}
