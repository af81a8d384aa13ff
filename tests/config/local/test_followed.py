from types import SimpleNamespace

from config.local.followed import FollowedLogs


def test_each_line_bears_the_name_of_its_process_and_comes_once_whole(tmp_path):
    web, beat = tmp_path / "web.log", tmp_path / "beat.log"
    web.write_text("listening\nhalf a ")
    beat.write_text("tick\n")
    logs = FollowedLogs([SimpleNamespace(name="web", log=web), SimpleNamespace(name="beat", log=beat)])
    assert list(logs.new_lines()) == ["web  | listening", "beat | tick"]
    with web.open("a") as file:
        file.write("line\n")
    assert list(logs.new_lines()) == ["web  | half a line"]
    logs.close()
