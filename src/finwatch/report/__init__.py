"""Renderings of what was concluded, for people and for other programs.

Comes after the conclusions and before the faces: takes an ``Examination`` (or a view of the store) and the catalogue
that names things, gives text. Nothing is concluded here; a rendering may leave out, never add.
"""
