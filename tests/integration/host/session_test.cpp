#include <gmock/gmock.h>
#include <filesystem>

#include <string>
#include <vector>

#include "service/platform/files.h"
#include "tests/integration/host/host_fixture.h"

namespace berth::test {
namespace {

using testing::HasSubstr;

class Session : public ShellFixture {
 protected:
  void SetUp() override { launch(); }

  /// So that the test can launch another.
  void end_host() {
    link->end(core::StopMode::kill);
    ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
    gone.reset();
    readies.clear();
    ended.clear();
    host_id = core::HostId::make();
  }

  hostproto::Run command(const std::string& text, const std::string& cwd,
                         std::vector<std::string> env = {}) const {
    hostproto::Run run;
    run.command = text;
    run.cwd = cwd;
    run.env = std::move(env);
    return run;
  }
};

TEST_P(Session, KnowsItsShell) {
  EXPECT_THAT(readies[0].shell_version, HasSubstr(tested.tells_version ? "." : ""));
  EXPECT_EQ(readies[0].cwd, folder + "/project");
  EXPECT_FALSE(readies[0].restarted);
  EXPECT_EQ(run("echo $$").out, std::to_string(readies[0].shell_pid) + "\n");
}

TEST_P(Session, KeepsWhatCommandsChange) {
  run("plain=1; export exported=two; greet() { echo hello $1; }; alias say='echo said'; cd /usr");
  EXPECT_EQ(run("echo $plain $(printenv exported); greet you; say it").out,
            "1 two\nhello you\nsaid it\n");
  const Outcome outcome = run("cd lib; pwd");
  EXPECT_EQ(outcome.out, "/usr/lib\n");
  EXPECT_EQ(outcome.finished.cwd, "/usr/lib");
  EXPECT_EQ(run("cd - >/dev/null; pwd").out, "/usr\n");
}

TEST_P(Session, KeepsACommandsOwnEnvironmentAndDirectoryOutOfTheNext) {
  run("cd /usr; cd /tmp; value=session; export other=session");
  const Outcome inside =
      run(command("pwd; echo \"$value $other $only\"; printenv only other; cd /; value=changed",
                  "/etc", {"other=mine", "only=it's \"quoted\" $HOME `x`\nand long"}));
  EXPECT_EQ(inside.out,
            "/etc\nsession mine it's \"quoted\" $HOME `x`\nand long\n"
            "it's \"quoted\" $HOME `x`\nand long\nmine\n");
  EXPECT_EQ(inside.finished.cwd, "/tmp");
  EXPECT_EQ(run("pwd; echo $OLDPWD $value $other ${only-unset}").out,
            "/tmp\n/usr changed session unset\n");
}

TEST_P(Session, GoesBackToItsDirectoryAlsoWhenTheCommandBreaks) {
  run("cd /usr");
  EXPECT_EQ(run(command("if then", "/etc")).finished.cwd, "/usr");
  EXPECT_EQ(run(command("set -u; echo $nope", "/etc")).finished.cwd, "/usr");
  EXPECT_EQ(run("pwd").out, "/usr\n");
}

TEST_P(Session, TellsACommandItsJob) {
  hostproto::Run tagged = command("printenv BERTH_JOB_ID", "");
  tagged.job_id = core::JobId::make();
  const std::string id = tagged.job_id.str();
  EXPECT_EQ(run(std::move(tagged)).out, id + "\n");
}

TEST_P(Session, SurvivesExitWithItsState) {
  run("plain=1; quoted='it'\\''s \"x\" $y `z` \\'; export exported='two\nplain=9'; IFS=:; "
      "greet() { echo hello; }; alias say='echo said' long='echo \"a\nb\"'; umask 027; cd /usr; cd "
      "lib");
  const Outcome outcome = run("plain=2; exit 3");
  EXPECT_EQ(outcome.finished.exit_code, 3);
  EXPECT_TRUE(outcome.finished.shell_restarted);
  EXPECT_THAT(outcome.finished.message,
              HasSubstr(tested.keeps_functions ? "variables, functions" : "variables and aliases"));
  EXPECT_EQ(run("echo $plain; printf '%s\\n' \"$quoted\"; printenv exported; say it; long; umask | "
                "tail -c 4; pwd; echo \"$OLDPWD$IFS\"")
                .out,
            "2\nit's \"x\" $y `z` \\\ntwo\nplain=9\nsaid it\na\nb\n027\n/usr/lib\n/usr:\n");
  EXPECT_EQ(run("greet").out, tested.keeps_functions ? "hello\n" : "");
  ASSERT_EQ(readies.size(), 2U);
  EXPECT_TRUE(readies[1].restarted);
}

TEST_P(Session, DoesNotKeepACommandsOwnEnvironmentAcrossExit) {
  EXPECT_EQ(run(command("exit 1", "", {"only=here"})).finished.exit_code, 1);
  EXPECT_EQ(run("echo ${only-unset} $SECRET_OF_SESSION").out, "unset kept\n");
}

TEST_P(Session, ComesBackAgainAndAgain) {
  run("count=0");
  for (int i = 1; i <= 20; ++i) {
    EXPECT_EQ(run("count=$((count + 1)); exit " + std::to_string(i)).finished.exit_code, i);
  }
  EXPECT_EQ(run("echo $count").out, "20\n");
}

TEST_P(Session, WorksInADirectoryThatIsDeleted) {
  run("mkdir gone; cd gone; rmdir \"$PWD\"");
  EXPECT_EQ(run("echo here").out, "here\n");
  const Outcome outcome = run("exit 1");
  EXPECT_TRUE(outcome.finished.shell_restarted);
  EXPECT_EQ(run("pwd").out, "/\n");
}

TEST_P(Session, TakesAnyDirectoryName) {
  for (const char* const name :
       {"with space", "new\nline", "ümläut", "quo'te\"d", "$(touch owned)", "-n", "tail\n"}) {
    const std::string path = folder + "/project/" + name;
    ASSERT_TRUE(platform::make_private_folder(path));
    EXPECT_EQ(run(command("printf %s \"$PWD\"", path)).out, path);
    link->prepare({.cwd = path});
    EXPECT_EQ(run("true").finished.cwd, path);
    EXPECT_EQ(run("exit 1").finished.cwd, path);
    EXPECT_EQ(run("printf %s \"$PWD\"").out, path);
  }
  EXPECT_EQ(run("ls -d \"$HOME\"/owned 2>/dev/null | wc -l").out, "0\n");
}

TEST_P(Session, RefusesWhatNoShellCanRun) {
  const auto refused = [this](hostproto::Run run) {
    const std::size_t before = rejected.size();
    start(std::move(run));
    EXPECT_TRUE(wait_for([&] { return rejected.size() > before; }));
    return rejected.empty() ? core::Error{} : rejected.back().error;
  };
  EXPECT_EQ(refused(command("true", "/no/such/folder")).code, core::ErrorCode::cwd_not_accessible);
  EXPECT_EQ(refused(command("true", "/etc/passwd")).field, "cwd");
  EXPECT_EQ(refused(command("true", "", {"bad-name=1"})).field, "env");
  EXPECT_EQ(refused(command(std::string("a\0b", 3), "")).field, "command");
  EXPECT_EQ(refused(command(std::string(hostproto::kMaxCommandBytes + 1, 'x'), "")).code,
            core::ErrorCode::too_large);
  const core::JobId running = start("sleep 0.2; echo undisturbed");
  EXPECT_EQ(refused(command("true", "")).code, core::ErrorCode::conflict);
  EXPECT_EQ(outcome(running).out, "undisturbed\n");
}

TEST_P(Session, GoesOnWhenAVariableIsReadOnly) {
  run("readonly fixed=1");
  EXPECT_EQ(run(command("echo $fixed $plain", "", {"fixed=2", "UID=5", "plain=3"})).out, "1 3\n");
  EXPECT_EQ(run("echo on").out, "on\n");
}

TEST_P(Session, CanBePrepared) {
  std::filesystem::create_directories(folder + "/real/below");
  std::filesystem::create_directory_symlink(folder + "/real/below", folder + "/link");
  // As a shell that is started there sees it: `..` is that of the folder, not of the link's name.
  link->prepare({.cwd = folder + "/link/.."});
  ASSERT_TRUE(wait_for([this] { return !prepared.empty(); }));
  EXPECT_FALSE(prepared[0].error);
  EXPECT_EQ(prepared[0].cwd, folder + "/real");
  EXPECT_EQ(run("echo $PWD").out, folder + "/real\n");
  // Where the terminal waited is nobody's business.
  EXPECT_THAT(run("echo ${OLDPWD-none}").out, testing::AnyOf("none\n", folder + "/real\n"));

  link->prepare({.cwd = "/no/such/folder"});
  ASSERT_TRUE(wait_for([this] { return prepared.size() > 1; }));
  ASSERT_TRUE(prepared[1].error);
  EXPECT_EQ(prepared[1].error->code, core::ErrorCode::cwd_not_accessible);
  EXPECT_EQ(run("echo $PWD").out, folder + "/real\n");
}

TEST_P(Session, GoesOnInTheRootWhenItsDirectoryIsGone) {
  run("mkdir gone && cd gone && rmdir ../gone");
  const Outcome left = run("exit 5");
  EXPECT_EQ(left.finished.exit_code, 5);
  EXPECT_EQ(left.finished.cwd, "/");
  EXPECT_THAT(left.finished.message, HasSubstr("started in / ("));
  const Outcome next = run("pwd");
  EXPECT_EQ(next.out, "/\n");
  EXPECT_EQ(next.finished.cwd, "/");
}

TEST_P(Session, ACommandAloneEndsAsAScriptDoes) {
  const auto alone = [this](const std::string& text) {
    hostproto::Run only = command(text, "");
    only.alone = true;
    return run(only);
  };
  const Outcome trapped = alone("trap 'echo bye' EXIT; echo hello");
  EXPECT_EQ(trapped.out, "hello\nbye\n");
  EXPECT_EQ(trapped.finished.exit_code, 0);
  const Outcome left = alone("trap 'echo bye >&2' EXIT; echo hello; exit 3");
  EXPECT_EQ(left.out, "hello\n");
  EXPECT_EQ(left.err, "bye\n");
  EXPECT_EQ(left.finished.exit_code, 3);
  EXPECT_FALSE(left.finished.shell_restarted);
  hostproto::Run given = command("echo $given; cd /; pwd", "");
  given.alone = true;
  given.env = {"given=a 'b' c"};
  EXPECT_EQ(run(given).out, "a 'b' c\n/\n");
  EXPECT_EQ(alone("echo 'never closed").finished.exit_code == 0, false);
}

TEST_P(Session, FeedsACommand) {
  hostproto::Run text = command("cat; echo end", "");
  text.stdin_text = "given\n";
  EXPECT_EQ(run(text).out, "given\nend\n");

  const core::JobId job = start(with_open_stdin("read a; echo got $a; cat; echo end"));
  type(job, "one\n", false);
  ASSERT_TRUE(wait_for([&] { return !progress.empty(); }));
  const std::string large(3'000'000, 'z');
  type(job, large, true);
  EXPECT_EQ(outcome(job).out, "got one\n" + large + "end\n");

  const core::JobId at_once = start(with_open_stdin("cat; echo end"));
  type(at_once, "", true);
  EXPECT_EQ(outcome(at_once).out, "end\n");
}

TEST_P(Session, LosesNothingWhenACommandReadsNoInput) {
  const core::JobId job = start(with_open_stdin("echo done"));
  type(job, std::string(1'000'000, 'q'), false);
  EXPECT_EQ(outcome(job).out, "done\n");
  EXPECT_EQ(run("cat; echo clean").out, "clean\n");
}

TEST_P(Session, GetsANewShellWhenItsPrivateFolderIsRemoved) {
  const Outcome outcome = run("rm -rf \"$(dirname \"$(readlink /proc/$$/fd/1)\")\"; echo removed");
  EXPECT_EQ(outcome.out, "removed\n");
  EXPECT_TRUE(outcome.finished.shell_restarted);
  EXPECT_EQ(run("pwd").out, folder + "/project\n");
}

TEST_P(Session, GetsANewShellWhenTheOldOneIsDeaf) {
  const Outcome outcome = run("cd /usr; " + tested.deafening);
  EXPECT_TRUE(outcome.finished.shell_restarted);
  EXPECT_THAT(outcome.finished.message, HasSubstr("no longer answered"));
  EXPECT_EQ(run("echo on").out, "on\n");
}

TEST_P(Session, NoticesAShellThatEndsBetweenCommands) {
  run("cd /usr; (sleep 0.05; kill -HUP $$) &");
  ASSERT_TRUE(wait_for([this] { return readies.size() > 1; }));
  EXPECT_TRUE(readies[1].restarted);
  EXPECT_EQ(run("pwd").out, "/usr\n");
}

TEST_P(Session, DoesNotReadTheFilesOfTheUser) {
  for (const char* const name : {".bashrc", ".profile", ".zshrc", ".zprofile", ".shinit"}) {
    ASSERT_TRUE(platform::overwrite_file(folder + "/" + name, "noise=heard\n"));
  }
  end_host();
  terminals::HostSettings with_startup_file = settings();
  with_startup_file.env.push_back("ENV=" + folder + "/.shinit");
  launch(with_startup_file);
  EXPECT_EQ(run("echo ${noise-silence}").out, "silence\n");
}

TEST_P(Session, IsOverAtOnceWhenItsShellIsNotInstalled) {
  end_host();
  terminals::HostSettings missing = settings();
  missing.program = "no-such-" + tested.dialect;
  auto launched = launcher->launch(host_id, missing, *this);
  ASSERT_TRUE(launched);
  link = std::move(*launched);
  ASSERT_TRUE(wait_for([this] { return gone.has_value(); }));
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].error.code, core::ErrorCode::unsupported);
  EXPECT_EQ(ended[0].error.field, "shell");
  EXPECT_THAT(ended[0].error.message,
              testing::AllOf(HasSubstr("shell " + tested.dialect + " is not installed"),
                             HasSubstr(missing.program)));
}

class SessionOfOneShell : public Session {};

TEST_P(SessionOfOneShell, KeepsWhatOnlyItHasOverExit) {
  const bool zsh = tested.dialect == "zsh";
  run(zsh ? "typeset -A map; map=('a b' c); list=(x 'y z'); typeset -i number=5; alias -g G='| "
            "cat'; "
            "path+=(/opt/extra); setopt ksharrays extendedglob noclobber; function . () { :; }"
          : "declare -A map=([a b]=c); list=(x 'y z'); declare -i number=5; shopt -s extglob");
  EXPECT_TRUE(run("exit 3").finished.shell_restarted);
  EXPECT_EQ(run("echo ${map[a b]} ${list[1]}; number=2+3; echo $number").out, "c y z\n5\n");
  if (zsh) {
    EXPECT_EQ(
        run("echo ok G; echo $PATH; [[ -o extendedglob && -o noclobber ]] && echo options").out,
        "ok\n/usr/local/bin:/usr/bin:/bin:/opt/extra\noptions\n");
  } else {
    EXPECT_EQ(run("shopt -q extglob && echo options").out, "options\n");
  }
}

std::vector<ShellUnderTest> shells_with_more() {
  std::vector<ShellUnderTest> found = shells_under_test();
  std::erase_if(found, [](const ShellUnderTest& shell) { return shell.dialect == "sh"; });
  return found;
}

INSTANTIATE_TEST_SUITE_P(Shells, SessionOfOneShell, testing::ValuesIn(shells_with_more()),
                         ShellLabel());
INSTANTIATE_TEST_SUITE_P(Shells, Session, testing::ValuesIn(shells_under_test()), ShellLabel());

}  // namespace
}  // namespace berth::test
