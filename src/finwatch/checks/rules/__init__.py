"""The checks themselves, one folder each, named as what it states; the modules beside this folder apply them."""
