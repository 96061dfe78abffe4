"""Files: nothing outside the folder is touched, and what is read is one version of one file."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from syncd_csv.files import Folder, Staged, stage

from syncd.spi import Misconfigured, Unavailable


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "in").mkdir()
    (tmp_path / "cache").mkdir()
    return Folder(root=tmp_path / "in")


def put(folder: Folder, name: str, content: bytes, mtime: int = 1_700_000_000) -> Path:
    path = folder.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (mtime, mtime))
    return path


def staged(folder: Folder, name: str, declared: str = "auto") -> tuple[Staged, bytes]:
    cache = folder.root.parent / "cache"
    result = stage(folder, name, declared=declared, cache=cache, limit=1 << 20)
    return result, (cache / f"{result.content}.csv").read_bytes()


def test_a_glob_gives_the_oldest_file_first_and_leaves_out_hidden_ones(folder: Folder) -> None:
    put(folder, "a.csv", b"x", mtime=300)
    put(folder, "b.csv", b"x", mtime=100)
    put(folder, "sub/c.csv", b"x", mtime=200)
    put(folder, ".a.csv.7.syncd", b"x")
    assert folder.names("**/*.csv") == ["b.csv", "sub/c.csv", "a.csv"]
    assert folder.names("*.csv") == ["b.csv", "a.csv"]


def test_a_file_whose_name_looks_like_a_glob_is_found(folder: Folder) -> None:
    put(folder, "report[1].csv", b"x")
    assert folder.names("report[1].csv") == ["report[1].csv"]


def test_a_missing_file_is_unavailable_and_a_glob_without_matches_is_empty(folder: Folder) -> None:
    assert folder.names("*.csv") == []
    with pytest.raises(Unavailable, match=r"gone\.csv or its folder is missing"):
        folder.names("gone.csv")


def test_a_missing_folder_is_misconfigured_whoever_looks(tmp_path: Path) -> None:
    gone = Folder(root=tmp_path / "gone")
    what = 'the folder gone is missing; create it, mount it or correct "folder"'
    for look in (gone.names, gone.signature, gone.exists, gone.check_writable):
        with pytest.raises(Misconfigured, match=what):
            look("*.csv")


def test_a_file_in_place_of_the_folder_is_misconfigured(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(b"")
    with pytest.raises(Misconfigured, match="leads through a symbolic link or a file"):
        Folder(root=tmp_path / "inbox").names("*.csv")


def test_symbolic_links_are_not_followed(folder: Folder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(b"id\n1\n")
    (folder.root / "link.csv").symlink_to(secret)
    (folder.root / "dir").symlink_to(tmp_path)
    for name in ("link.csv", "dir/secret.csv"):
        with pytest.raises(Misconfigured, match="link"):
            folder.names(name)
        with pytest.raises(Misconfigured, match="link"), folder.opened(name):
            pass
    assert folder.names("**/*.csv") == []
    assert "link.csv" in folder.unreadable("*.csv")


def test_a_fifo_is_refused_without_waiting(folder: Folder) -> None:
    os.mkfifo(folder.root / "pipe.csv")
    with pytest.raises(Misconfigured, match="no regular file"):
        folder.names("pipe.csv")
    with pytest.raises(Misconfigured, match="no regular file"), folder.opened("pipe.csv"):
        pass


def test_a_deep_path_is_walked_step_by_step(folder: Folder) -> None:
    with pytest.raises(Unavailable, match="missing"):
        folder.names("a/" * 1_000 + "x.csv")


@pytest.mark.parametrize(
    ("content", "note"),
    [
        pytest.param("id,näme\n".encode(), "", id="UTF-8"),
        pytest.param("\ufeffid,näme\n".encode(), "", id="UTF-8 with mark"),
        pytest.param("\ufeffid,näme\n".encode("utf-16-le"), "", id="UTF-16 LE with mark"),
        pytest.param("\ufeffid,näme\n".encode("utf-16-be"), "", id="UTF-16 BE with mark"),
        pytest.param("id,näme\n".encode("utf-16-le"), "", id="UTF-16 LE without mark"),
        pytest.param("id,näme\n".encode("cp1252"), "read as cp1252", id="cp1252"),
    ],
)
def test_every_encoding_is_staged_as_the_same_text(folder: Folder, content: bytes, note: str) -> None:
    put(folder, "x.csv", content)
    result, text = staged(folder, "x.csv")
    assert text == "id,näme\n".encode()
    assert note in "".join(result.notes)


def test_a_few_broken_characters_do_not_turn_utf8_into_cp1252(folder: Folder) -> None:
    put(folder, "x.csv", "id,näme\n1,Ünal\n2,Zoë\n".encode() + b"3,Ad\xe9le\n")
    result, text = staged(folder, "x.csv")
    assert text.endswith("2,Zoë\n".encode() + b"3,Ad\xe9le\n")
    assert result.notes == ("x.csv: 1 characters could not be read as utf-8",)


def test_a_replacement_character_that_was_there_before_is_no_broken_one(folder: Folder) -> None:
    put(folder, "x.csv", "id,name\n1,Ad\ufffdle\n".encode())
    assert staged(folder, "x.csv")[0].notes == ()


def test_a_declared_encoding_is_used(folder: Folder) -> None:
    put(folder, "x.csv", "id,żółw\n".encode("cp1250"))
    assert staged(folder, "x.csv", "cp1250")[1] == "id,żółw\n".encode()


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(folder: Folder) -> None:
    path = put(folder, "x.csv", b"id\n")
    os.truncate(path, 10 << 30)  # sparse: takes no room
    with pytest.raises(Misconfigured, match=r"10240 MiB, more than \"largest_file_mb\""):
        staged(folder, "x.csv")


class Rewritten(io.FileIO):
    """A file that somebody writes to whenever it is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        with Path(str(self.name)).open("ab") as file:
            file.write(b"9\n")
        return found


class Busy(Folder):
    """A folder whose files are being written."""

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        with Rewritten(str(self.root / name), "rb") as file:
            yield file


def test_a_file_changed_while_it_is_read_is_unavailable(folder: Folder) -> None:
    put(folder, "x.csv", b"id\n1\n2\n")
    with pytest.raises(Unavailable, match=r"x\.csv changed while it was being read"):
        staged(Busy(root=folder.root), "x.csv")


def test_a_replaced_file_has_the_new_content_and_the_old_mode(folder: Folder) -> None:
    path = put(folder, "out.csv", b"old")
    path.chmod(0o640)
    with folder.replaced("out.csv") as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)


def test_a_first_file_is_readable_by_its_owner_alone(folder: Folder) -> None:
    with folder.replaced("out.csv") as file:
        file.write(b"new")
    assert stat.S_IMODE((folder.root / "out.csv").stat().st_mode) == 0o600


def test_a_failed_write_leaves_the_old_file_and_no_draft(folder: Folder) -> None:
    put(folder, "out.csv", b"old")
    with pytest.raises(RuntimeError), folder.replaced("out.csv") as file:
        file.write(b"half")
        raise RuntimeError
    assert [(path.name, path.read_bytes()) for path in folder.root.iterdir()] == [("out.csv", b"old")]


def test_the_draft_of_a_killed_process_is_cleared_away(folder: Folder) -> None:
    put(folder, ".out.csv.999.syncd", b"half")
    with folder.replaced("out.csv") as file:
        file.write(b"new")
    assert [path.name for path in folder.root.iterdir()] == ["out.csv"]


def test_a_full_disk_is_unavailable(folder: Folder) -> None:
    with pytest.raises(Unavailable, match="No space left on device"), folder.replaced("out.csv"):
        raise OSError(28, "No space left on device")


def test_a_missing_right_is_misconfigured(folder: Folder) -> None:
    with pytest.raises(Misconfigured, match="lacks the right"), folder.replaced("out.csv"):
        raise PermissionError(13, "Permission denied")
