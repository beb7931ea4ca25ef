//! Takes away from the calling process what reading a package does not need.
//!
//! `PR_SET_NO_NEW_PRIVS` (set by `seccompiler` with the filter) and a seccomp filter (Linux `seccomp(2)`): no
//! sockets, no other programs, no new processes, no file opened for writing, no change of the file tree. What is
//! refused fails with `EPERM`, so that a reader which tries sees an ordinary error.

use std::collections::BTreeMap;

use nix::sched::{unshare, CloneFlags};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use seccompiler::{
    apply_filter_all_threads, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule,
};

/// Any flag of `open` that writes or creates: `O_WRONLY`, `O_RDWR`, `O_CREAT`, `O_TRUNC`, `O_APPEND`.
const WRITING: [u64; 5] =
    [libc::O_WRONLY as u64, libc::O_RDWR as u64, libc::O_CREAT as u64, libc::O_TRUNC as u64, libc::O_APPEND as u64];

/// System calls that are refused whatever their arguments.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_clone3,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_openat2,
    libc::SYS_io_uring_setup,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_truncate,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_unlinkat,
    libc::SYS_mkdirat,
    libc::SYS_mknodat,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_memfd_create,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_pidfd_send_signal,
    libc::SYS_pidfd_open,
    libc::SYS_prlimit64,
    libc::SYS_setsid,
    libc::SYS_setpgid,
];

/// The same on machines that still have the older calls.
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[libc::c_long] = &[
    libc::SYS_creat,
    libc::SYS_rename,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_unlink,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_mknod,
    libc::SYS_chmod,
    libc::SYS_fchmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_setrlimit,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[libc::c_long] = &[];

/// Moves the process to an empty network namespace, in a user namespace of its own where it may not do so otherwise.
#[pyfunction]
pub(crate) fn isolate_network() -> bool {
    unshare(CloneFlags::CLONE_NEWNET).or_else(|_| unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET)).is_ok()
}

/// Confines the process for good.
#[pyfunction]
pub(crate) fn confine() -> PyResult<()> {
    let program =
        filter().map_err(|error| PyOSError::new_err(format!("the seccomp filter cannot be made: {error}")))?;
    apply_filter_all_threads(&program)
        .map_err(|error| PyOSError::new_err(format!("the kernel does not take the seccomp filter: {error}")))
}

fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in REFUSED.iter().chain(REFUSED_OLD) {
        rules.insert(*call, Vec::new());
    }
    rules.insert(libc::SYS_openat, writing(2)?);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, writing(1)?);
    // A new thread is fine, a new process is not: threads share the address space.
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![masked(0, libc::CLONE_VM as u64, 0)?])?]);
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    SeccompFilter::new(rules, SeccompAction::Allow, refuse, std::env::consts::ARCH.try_into()?)?.try_into()
}

/// Rules that match when argument `index`, the flags of an open, has any writing bit.
fn writing(index: u8) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    WRITING.iter().map(|bit| SeccompRule::new(vec![masked(index, *bit, *bit)?])).collect()
}

fn masked(index: u8, mask: u64, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), value)
}
