from pathlib import Path

from cryptography.fernet import Fernet

from config.local import secret_files


def test_secrets_are_made_once_and_read_ever_after(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    assert secret_files.load_or_make(path) == secret_files.load_or_make(path)


def test_only_the_owner_may_read_the_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    secret_files.load_or_make(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_encryption_key_is_one_that_fernet_takes(tmp_path: Path) -> None:
    box = Fernet(secret_files.load_or_make(tmp_path / "secrets.env")["FIELD_ENCRYPTION_KEYS"])
    assert box.decrypt(box.encrypt(b"token")) == b"token"


def test_a_secret_that_is_missing_is_added_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    path.write_text("# ours\nSECRET_KEY=kept=as it is\n")
    made = secret_files.load_or_make(path)
    assert made["SECRET_KEY"] == "kept=as it is"
    assert made["NUMBER_HASH_KEY"]
