//! The Python face of `finwatch-core`: functions out, one error mapping. `src/finwatch/_native.pyi` tells what each
//! one gives.
//!
//! The interpreter lock is free while the core works. A panic, which the core is built not to have, is caught here
//! as the last net and becomes an ordinary Python error.

mod characters;
mod confine;
mod words;

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::PathBuf;

use finwatch_core::error::Error;
use finwatch_core::limits::Limits;
use finwatch_core::{dex, likeness, package};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// A compiled watch list.
#[pyclass(frozen, module = "finwatch._native")]
struct Watch(dex::Watch);

#[pymethods]
impl Watch {
    #[new]
    fn new(watchlist_json: &[u8]) -> PyResult<Self> {
        dex::Watch::from_json(watchlist_json).map(Self).map_err(to_python)
    }
}

/// The one error mapping: what the system refused is an `OSError`, everything else a `ValueError`.
pub(crate) fn to_python(error: Error) -> PyErr {
    match error {
        Error::Io(error) => PyOSError::new_err(error),
        other => PyValueError::new_err(other.to_string()),
    }
}

/// Runs `work` without the interpreter lock; a panic becomes `RuntimeError`.
fn run<T: Send>(py: Python<'_>, work: impl Send + FnOnce() -> Result<T, Error>) -> PyResult<T> {
    let outcome = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    match outcome {
        Ok(result) => result.map_err(to_python),
        Err(_) => Err(PyRuntimeError::new_err("the native core stopped at an inner contradiction; report the package")),
    }
}

#[pyfunction]
fn read_package<'py>(
    py: Python<'py>,
    path: PathBuf,
    watch: &Bound<'py, Watch>,
    limits_json: &[u8],
) -> PyResult<Bound<'py, PyBytes>> {
    let limits = Limits::from_json(limits_json).map_err(to_python)?;
    let watch = &watch.get().0;
    let json = run(py, || package::to_json(&package::read(&path, watch, &limits)?, &limits))?;
    Ok(PyBytes::new(py, &json))
}

#[pyfunction]
fn read_entry<'py>(py: Python<'py>, path: PathBuf, name: &str, limits_json: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let limits = Limits::from_json(limits_json).map_err(to_python)?;
    let bytes = run(py, || package::read_entry(&path, name, &limits))?;
    Ok(PyBytes::new(py, &bytes))
}

#[pyfunction]
fn similarity(a: Vec<u64>, b: Vec<u64>) -> f64 {
    likeness::similarity(&a, &b)
}

#[pyfunction]
fn core_version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Watch>()?;
    characters::add(m)?;
    words::add(m)?;
    m.add_function(wrap_pyfunction!(read_package, m)?)?;
    m.add_function(wrap_pyfunction!(read_entry, m)?)?;
    m.add_function(wrap_pyfunction!(similarity, m)?)?;
    m.add_function(wrap_pyfunction!(core_version, m)?)?;
    m.add_function(wrap_pyfunction!(confine::confine, m)?)?;
    m.add_function(wrap_pyfunction!(confine::isolate_network, m)?)?;
    Ok(())
}
