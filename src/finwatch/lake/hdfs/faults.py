"""What HDFS says when it refuses, in words of our own: what happened, and what to do.

``hdfs-native`` raises ``OSError`` for a connection and ``RuntimeError`` with Hadoop's exception in its text for
everything else, so the text is what there is to go by. ``passing`` is set where the same call may well succeed a little
later: a NameNode that is being replaced by the other, or that has just started and still is in safe mode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from finwatch.errors import LakeError


class HdfsFault(LakeError):
    """HDFS refused or could not be reached; ``passing`` = the same may succeed a little later."""

    passing: bool = False


@dataclass(frozen=True)
class _Kind:
    signs: tuple[str, ...]
    en: str
    zh: str
    todo: str
    passing: bool = False


_KINDS: Final = (
    _Kind(
        ("SafeModeException",),
        "HDFS is read-only: its NameNode is in safe mode",
        "HDFS 只读：NameNode 处于安全模式",
        "It leaves that by itself once enough blocks are reported; else see `hdfs dfsadmin -safemode get`.",
        passing=True,
    ),
    _Kind(
        ("QuotaExceeded",),
        "the quota of that folder is used up",
        "该目录的配额已用完",
        "Raise it (`hdfs dfsadmin -setSpaceQuota`) or free space, then run it again.",
    ),
    _Kind(
        ("could only be written to 0", "could only be replicated to 0", "DiskOutOfSpace", "No space left"),
        "HDFS is full: no DataNode takes another block",
        "HDFS 已满：没有 DataNode 能再接收数据块",
        "See `hdfs dfsadmin -report`: free space, or add or restart DataNodes, then run it again.",
    ),
    _Kind(
        (
            "GSSAPIError",
            "NoSASLMechanism",
            "SASLError",
            "SaslException",
            "GSSException",
            "AccessControlException: SIMPLE",
        ),
        "HDFS does not accept this user's Kerberos ticket",
        "HDFS 不接受该用户的 Kerberos 票据",
        "Run kinit, or set FINWATCH_KERBEROS_PRINCIPAL and FINWATCH_KERBEROS_KEYTAB; name the cluster's settings in "
        "HADOOP_CONF_DIR.",
    ),
    _Kind(  # the client does not hear what a NameNode says to who comes without Kerberos
        ("RPC listener disconnected", "SIMPLE authentication is not enabled"),
        "its NameNode hung up",
        "NameNode 断开了连接",
        "If the cluster asks for Kerberos, name its settings in HADOOP_CONF_DIR and run kinit; else see its log.",
        passing=True,
    ),
    _Kind(
        ("AccessControlException", "Permission denied", "AuthorizationException"),
        "HDFS does not give this user the right to do that",
        "HDFS 未授予该用户此项权限",
        "Give this user the folder (`hdfs dfs -chown`), or set HADOOP_USER_NAME on a cluster without Kerberos.",
    ),
    _Kind(
        ("No NameNode hosts found",),
        "no NameNode of that name is known here",
        "此处不认识该名称的 NameNode",
        "Name the folder with core-site.xml and hdfs-site.xml in HADOOP_CONF_DIR, or give hdfs://host:port.",
    ),
    _Kind(
        ("AlreadyBeingCreated", "lease is currently owned", "current leaseholder", "RecoveryInProgress"),
        "another process is at it",
        "另一进程正在处理",
        "Run it again when that one is done; one that died lets go within a minute.",
        passing=True,
    ),
    _Kind(
        ("StandbyException", "RetriableException", "NotReplicatedYet", "Failed to complete file"),
        "no NameNode is active just now",
        "目前没有处于活动状态的 NameNode",
        "Make one active (`hdfs haadmin -getAllServiceState`), then run it again.",
        passing=True,
    ),
    _Kind(
        ("BlocksNotFound", "BlockMissing", "DataTransferError", "ChecksumError", "checksums", "All nodes failed"),
        "its DataNodes did not give or take the bytes",
        "DataNode 未能读出或写入数据",
        "See `hdfs fsck` and `hdfs dfsadmin -report`, restart DataNodes that are down, then run it again.",
        passing=True,
    ),
)
_TRACE: Final = re.compile(r"\n|\\n")
"""Where Hadoop's stack trace begins, as lines or as the escape that stands for a line's end."""
_UNREACHABLE: Final = _Kind(
    (),
    "its NameNode cannot be reached",
    "无法连接 NameNode",
    "Start it, or check FINWATCH_LAKE and HADOOP_CONF_DIR, then run it again.",
    passing=True,
)
_OTHER: Final = _Kind((), "HDFS refused", "HDFS 拒绝了请求", "See the NameNode's log.")


def fault_of(error: Exception, doing: str, place: str) -> HdfsFault:
    """The error to raise for what ``hdfs-native`` raised while ``doing`` something with ``place``."""
    said = str(error).strip()
    kind = next((kind for kind in _KINDS if any(sign in said for sign in kind.signs)), None)
    if kind is None:
        kind = _UNREACHABLE if isinstance(error, OSError) else _OTHER
    detail = _TRACE.split(said, maxsplit=1)[0][:300] or type(error).__name__
    fault = HdfsFault(
        f"The lake cannot {doing} {place}: {kind.en} ({detail}).",
        zh=f"无法处理 {place}：{kind.zh}（{detail}）。",
        todo=kind.todo,
    )
    fault.passing = kind.passing
    return fault
