from pathlib import Path

from config.local.followed import FollowedLogs


def test_each_line_bears_the_name_of_its_process_and_comes_once_whole(tmp_path: Path) -> None:
    web, beat = tmp_path / "web.log", tmp_path / "beat.log"
    web.write_text("listening\nhalf a ")
    beat.write_text("tick\n")
    logs = FollowedLogs([("web", web), ("beat", beat)])
    assert list(logs.new_lines()) == ["web  | listening", "beat | tick"]
    with web.open("a") as file:
        file.write("line\n")
    assert list(logs.new_lines()) == ["web  | half a line"]
    logs.close()
