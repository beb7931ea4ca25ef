"""Every setting, read once from the environment: ``FINWATCH_*``. ``docs/reference/settings.md`` lists them.

The defaults need nothing: a lake and a SQLite store under ``./.finwatch``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from finwatch.errors import SettingError
from finwatch.model.base import Model


class Settings(Model):
    """The settings of one process."""

    home: Path = Path(".finwatch")
    """``FINWATCH_HOME``: where the defaults of the others live."""
    lake: str = ""
    """``FINWATCH_LAKE``: a folder (or ``hdfs://…`` once a cluster is used). Default ``<home>/lake``."""
    spool: Path | None = None
    """``FINWATCH_SPOOL``: where this machine keeps what waits for a lake on HDFS, and copies of what it read there.
    Default ``<home>/spool``; its disk must survive a restart."""
    spool_gb: float = 20.0
    """``FINWATCH_SPOOL_GB``: gigabytes of copies from HDFS that are kept; what waits for HDFS is never removed."""
    kerberos_principal: str | None = None
    """``FINWATCH_KERBEROS_PRINCIPAL``: who this is to an HDFS with Kerberos; default: the ticket that kinit left."""
    kerberos_keytab: Path | None = None
    """``FINWATCH_KERBEROS_KEYTAB``: the keytab of that principal, for services that nobody types a password for."""
    store: str = ""
    """``FINWATCH_STORE``: an SQLAlchemy address. Default ``sqlite:///<home>/store.sqlite``."""
    catalog: Path | None = None
    """``FINWATCH_CATALOG``: a folder of extra catalogue files, laid over the built-in ones."""
    allow_private: tuple[str, ...] = ()
    """``FINWATCH_ALLOW_PRIVATE``: ``host[:port]`` names, comma-separated, that may resolve to private addresses."""
    resolve: dict[str, str] = Field(default={})
    """``FINWATCH_RESOLVE``: ``name[:port]=address:port`` pairs, comma-separated, used instead of DNS."""
    user_agent: str = "Finwatch/0.1 (+https://finwatch.example/crawler)"
    """``FINWATCH_USER_AGENT``: who the crawler says it is; name an address where you can be reached."""
    proxy: str | None = None
    """``FINWATCH_PROXY``: an HTTP proxy for all visits."""
    tsa_url: str | None = None
    """``FINWATCH_TSA_URL``: the RFC 3161 time-stamp authority that dates sealed captures; without it stamps wait."""
    tsa_certificate: Path | None = None
    """``FINWATCH_TSA_CERTIFICATE``: a PEM file with its root certificate (and those between), to verify its stamps."""
    engine: Literal["local", "spark"] = "local"
    """``FINWATCH_ENGINE``: ``local`` = the processes of this machine and DuckDB; ``spark`` = a Spark cluster."""
    spark: str = ""
    """``FINWATCH_SPARK``: Spark's master (``spark://host:7077``, ``yarn``, ``local[4]``); default: as Spark itself is
    configured (``SPARK_CONF_DIR``), else this machine."""
    workers: int = 0
    """``FINWATCH_WORKERS``: examinations at a time; 0 = one per core."""
    mail: str = ""
    """``FINWATCH_MAIL``: the server that takes mail, ``smtp://[user:password@]host[:port]`` or ``smtps://…``; without
    it mail waits in the outbox."""
    mail_from: str = "finwatch@localhost"
    """``FINWATCH_MAIL_FROM``: the address that mail is from."""
    language: str = "en"
    """``FINWATCH_LANGUAGE``: ``zh`` or ``en``, for the CLI and as the default of the pages."""
    address: str | None = None
    """``FINWATCH_ADDRESS``: where people reach the pages, ``https://finwatch.example``; default: as each request says.
    Cookies are marked secure when it begins with https."""
    secret_file: Path | None = None
    """``FINWATCH_SECRET_FILE``: the key that seals second factors in the store; default ``<home>/secret.key``, made at
    the first start. Machines that share a store share it; keep a copy apart from the store's backups."""
    oidc_issuer: str | None = None
    """``FINWATCH_OIDC_ISSUER``: the issuer of an OpenID Connect provider that people log in with."""
    oidc_client: str | None = None
    """``FINWATCH_OIDC_CLIENT``: the client id that the provider knows this by."""
    oidc_secret_file: Path | None = None
    """``FINWATCH_OIDC_SECRET_FILE``: a file with the client's secret; without it the client is a public one."""
    oidc_name: str = "OpenID Connect"
    """``FINWATCH_OIDC_NAME``: what the log-in page calls the provider."""
    oidc_scope: str = "openid profile"
    """``FINWATCH_OIDC_SCOPE``: what is asked of the provider, ``openid`` among it."""
    oidc_groups: str = "groups"
    """``FINWATCH_OIDC_GROUPS``: the claim that lists a person's groups, which roles are mapped from."""
    signing_key: Path | None = None
    """``FINWATCH_SIGNING_KEY``: the private key that signs heads of the log and approved lists, a PEM file that only
    its owner may read; ``finwatch log key new`` makes one. Keep a copy apart."""

    @property
    def lake_address(self) -> str:
        """The lake's address with the default filled in."""
        return self.lake or str(self.home / "lake")

    @property
    def spool_folder(self) -> Path:
        """The spool with the default filled in."""
        return self.spool or self.home / "spool"

    @property
    def sealing_file(self) -> Path:
        """The key file with the default filled in."""
        return self.secret_file or self.home / "secret.key"

    @property
    def store_address(self) -> str:
        """The store's address with the default filled in."""
        return self.store or f"sqlite:///{self.home / 'store.sqlite'}"


_LISTS = {"allow_private"}
_PAIRS = {"resolve"}


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from ``environment`` (default: the process's own).

    Raises ``SettingError`` naming the variable, its value and what is wrong with it, also for an unknown
    ``FINWATCH_*`` variable: a misspelt setting must not be silently without effect.
    """
    source = os.environ if environment is None else environment
    values: dict[str, object] = {}
    for variable, raw in source.items():
        if not variable.startswith("FINWATCH_"):
            continue
        name = variable.removeprefix("FINWATCH_").lower()
        if name not in Settings.model_fields:
            known = ", ".join(f"FINWATCH_{field.upper()}" for field in Settings.model_fields)
            raise SettingError(f"{variable} is not a setting.", todo=f"Known settings: {known}.")
        parts = [part.strip() for part in raw.split(",") if part.strip()]
        if name in _LISTS:
            values[name] = tuple(parts)
        elif name in _PAIRS:
            if any("=" not in part for part in parts):
                raise SettingError(f"{variable}={raw!r} has an item without '='.", todo="Write name=value,name=value.")
            values[name] = dict(part.split("=", 1) for part in parts)
        else:
            values[name] = raw
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        variable = f"FINWATCH_{str(first['loc'][0]).upper()}"
        raise SettingError(
            f"{variable}={source.get(variable)!r}: {first['msg']}.", todo="Correct it or unset it."
        ) from error
