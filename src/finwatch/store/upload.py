"""Questions and writers of uploads and of examinations of what was handed in. Nothing here is decided by anybody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, func, select, update

from finwatch.model.access import PersonId
from finwatch.model.upload import FiledExamination, Upload
from finwatch.store.dialect import reading, replace, retried, writing
from finwatch.store.tables import filed_examination, upload


class Uploads:
    """Uploads by id; each method one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def begin(self, new: Upload) -> None:
        """Keeps a new upload."""
        with writing(self._engine) as connection:
            replace(connection, upload, new.model_dump(mode="python"), ("id",))

    def get(self, number: str, *, person: PersonId) -> Upload | None:
        """An upload of ``person``; ``None`` = there is none, or it is somebody else's."""
        question = select(upload).where(upload.c.id == number, upload.c.person == person)
        with reading(self._engine) as connection:
            row = connection.execute(question).mappings().first()
        return Upload(**row) if row is not None else None

    def of(self, person: PersonId, *, limit: int = 50) -> tuple[Upload, ...]:
        """The uploads of a person, newest first."""
        question = select(upload).where(upload.c.person == person).order_by(upload.c.begun.desc(), upload.c.id)
        with reading(self._engine) as connection:
            return tuple(Upload(**row) for row in connection.execute(question.limit(limit)).mappings())

    def growing(self, person: PersonId) -> int:
        """How many uploads of a person are not whole yet."""
        where = (upload.c.person == person, upload.c.sha256.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(upload).where(*where)).scalar_one()

    def file(self, sha256: str) -> Upload | None:
        """The newest upload that became the file ``sha256``: its name, size and MD5."""
        question = select(upload).where(upload.c.sha256 == sha256).order_by(upload.c.begun.desc(), upload.c.id)
        with reading(self._engine) as connection:
            row = connection.execute(question.limit(1)).mappings().first()
        return Upload(**row) if row is not None else None

    @retried
    def grew(self, number: str, received: int, *, now: datetime) -> None:
        """Says how much of it is safely on disk."""
        with writing(self._engine) as connection:
            values = {"received": received, "touched": now}
            connection.execute(update(upload).where(upload.c.id == number).values(**values))

    @retried
    def finish(self, number: str, *, sha256: str, md5: str, now: datetime) -> None:
        """Says under which hash it lies in the lake."""
        with writing(self._engine) as connection:
            values = {"sha256": sha256, "md5": md5, "received": upload.c.length, "touched": now}
            connection.execute(update(upload).where(upload.c.id == number).values(**values))

    @retried
    def drop(self, number: str) -> None:
        """Forgets an upload."""
        with writing(self._engine) as connection:
            connection.execute(delete(upload).where(upload.c.id == number))

    def abandoned(self, *, before: datetime) -> tuple[str, ...]:
        """The uploads that are not whole and that nobody has added to since ``before``."""
        where = (upload.c.touched < before, upload.c.sha256.is_(None))
        with reading(self._engine) as connection:
            return tuple(connection.execute(select(upload.c.id).where(*where).order_by(upload.c.id)).scalars())

    # Examinations of what was handed in -------------------------------------------------------------------------

    def examination(self, number: str) -> FiledExamination | None:
        """The examination under ``number``; ``None`` = it was not made yet."""
        question = select(filed_examination).where(filed_examination.c.id == number)
        with reading(self._engine) as connection:
            row = connection.execute(question).mappings().first()
        if row is None:
            return None
        return FiledExamination.model_validate({name: row[name] for name in FiledExamination.model_fields})

    @retried
    def keep_examination(self, number: str, made: FiledExamination, *, now: datetime) -> None:
        """Keeps an examination under ``number``."""
        row = {**made.model_dump(mode="json"), "id": number, "made": now}
        with writing(self._engine) as connection:
            replace(connection, filed_examination, row, ("id",))
