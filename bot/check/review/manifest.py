"""The kit's manifest: of which content it is, and the hash of each of its files; signed and verified by `ssh-keygen -Y`."""

from __future__ import annotations

import hashlib
import json
import subprocess
from datetime import datetime
from pathlib import Path

from bot.core.flow.compiled import Flow

MANIFEST, SIGNATURE = "manifest.json", "manifest.json.sig"
LABELLED = "labelled"
"""The folder of a kit with what came of labels: it comes later, and is no part of what is signed."""
NAMESPACE = "symptom-bot-review"
"""What a signature is for: one that was made for something else does not count."""


class BadManifest(Exception):
    """The kit is not what its manifest says, or nobody signed it; the message says what."""


def write_manifest(folder: Path, flow: Flow, now: datetime) -> Path:
    """The manifest of the files that stand in the folder. A signature of an earlier one is gone with it."""
    files = {p.relative_to(folder).as_posix(): _hash(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    kept = {name: value for name, value in files.items() if name.split("/")[0] not in (MANIFEST, SIGNATURE, LABELLED)}
    made = {"flow": flow.name, "content": flow.version, "made": now.isoformat(timespec="seconds"), "files": kept}
    path = folder / MANIFEST
    path.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    (folder / SIGNATURE).unlink(missing_ok=True)
    return path


def check_manifest(folder: Path) -> str:
    """The content hash of a kit whose files are as its manifest says. Raises BadManifest."""
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files, content = dict(said["files"]), str(said["content"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadManifest(f"{folder / MANIFEST} cannot be read: {error}") from None
    for name, expected in files.items():
        path = folder / name
        if not path.is_file() or _hash(path) != expected:
            raise BadManifest(
                f"{path} is not there any more" if not path.is_file() else f"{path} was changed after the kit was made"
            )
    return content


def sign(folder: Path, key: Path) -> Path:
    """Sign the manifest with an SSH key. Raises BadManifest."""
    (folder / SIGNATURE).unlink(missing_ok=True)
    _ssh_keygen(["sign", "-f", str(key), "-n", NAMESPACE, str(folder / MANIFEST)], b"")
    return folder / SIGNATURE


def signed_content(folder: Path, signers: Path, who: str) -> str:
    """The content hash that somebody signed, who stands in a file of allowed signers. Raises BadManifest."""
    content = check_manifest(folder)
    words = ["verify", "-f", str(signers), "-I", who, "-n", NAMESPACE, "-s", str(folder / SIGNATURE)]
    _ssh_keygen(words, (folder / MANIFEST).read_bytes())
    return content


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _ssh_keygen(words: list[str], given: bytes) -> None:
    try:
        subprocess.run(["ssh-keygen", "-Y", *words], input=given, capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        raise BadManifest("ssh-keygen is not installed here; it comes with OpenSSH.") from None
    except subprocess.TimeoutExpired:
        raise BadManifest("ssh-keygen does not answer: a key with a passphrase needs an agent.") from None
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or error.stdout or b"").decode(errors="replace").strip().splitlines()
        raise BadManifest(f"ssh-keygen: {lines[0] if lines else 'it failed'}") from None
