from voice.tts.apt_sources import archive_sources, parse_deb822, parse_one_line, read_sources

CLASSIC = """
# deb http://mirror.example.org/debian stretch main
deb [arch=amd64 signed-by=/usr/share/keyrings/d.gpg] http://mirror.example.org/debian bookworm main  # the archive
deb-src http://mirror.example.org/debian bookworm main
deb http://mirror.example.org/pub/debian/ bookworm-updates main
deb https://download.example.com/linux/debian bookworm stable
deb https://apt.example.com/pgdg bookworm-pgdg main
deb cdrom:[Debian]/ bookworm main
"""
MODERN = """Types: deb
# a comment in the middle
URIs: http://archive.example.org/ubuntu/
Suites: noble noble-updates
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu.gpg

Types: deb
Enabled: no
URIs: http://security.example.org/ubuntu/
Suites: noble-security
Components: main

Types: deb
URIs: https://packages.example.com/node
Suites: nodistro
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
"""


def test_a_classic_list_gives_the_archive_alone():
    text = archive_sources(parse_one_line(CLASSIC))
    assert text == (
        "Types: deb\nURIs: http://mirror.example.org/debian\nSuites: bookworm\nComponents: main contrib non-free\n"
        "Architectures: amd64\nSigned-By: /usr/share/keyrings/d.gpg\n\n"
        "Types: deb\nURIs: http://mirror.example.org/pub/debian/\nSuites: bookworm-updates\n"
        "Components: main contrib non-free\n"
    )


def test_a_modern_file_gives_the_archive_alone():
    text = archive_sources(parse_deb822(MODERN))
    assert text == (
        "Types: deb\nURIs: http://archive.example.org/ubuntu/\nSuites: noble noble-updates\n"
        "Components: main universe multiverse\nSigned-By: /usr/share/keyrings/ubuntu.gpg\n"
    )


def test_both_forms_are_read_from_one_place(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(CLASSIC)
    (tmp_path / "sources.list.d" / "ubuntu.sources").write_text(MODERN)
    (tmp_path / "sources.list.d" / "off.list.disabled").write_text(CLASSIC)
    found = archive_sources(read_sources(tmp_path))
    assert found.count("Types: deb") == 3


def test_a_machine_without_an_archive_of_its_own_gives_nothing(tmp_path):
    assert archive_sources(read_sources(tmp_path)) == ""
