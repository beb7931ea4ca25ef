"""Official documents: return letters, notices, clarifications, bulletins, inspection packs, weekly reports.

In: cases, examinations and the numbers of the screens. Out: ``Letter`` values (pure), which ``pdf`` and ``docx`` set in
the layout of GB/T 9704-2012. A figure comes out of the very object that the page shows; nothing is counted twice.
"""

from finwatch.report.letters.batch import batch, file_name
from finwatch.report.letters.docx import docx
from finwatch.report.letters.letter import Letter
from finwatch.report.letters.pdf import pdf

__all__ = ["Letter", "batch", "docx", "file_name", "pdf"]
