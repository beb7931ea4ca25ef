"""How a folder of ``samples/apps`` becomes an installable package, step by step.

``source`` reads app.toml → ``icon`` draws → ``resources`` compiles manifest and resources → ``dex`` assembles the
smali → ``seal`` and ``elf`` make what a packed app hides its code in → ``archive`` zips → ``sign`` signs.
"""
