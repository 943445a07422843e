"""Prints the completions of bash or zsh: complete_on_tty.py bash|zsh FILE LINE...

Types each LINE into an interactive shell that has read the completion FILE, requests completion, and prints the
offered words, sorted, on one line for each LINE. For zsh, FILE is a directory of functions.
"""

import os
import pathlib
import pty
import shlex
import subprocess
import sys
import tempfile
import threading
import time

# T inserts all that readline would offer; ^B records the line.
BASH = """
PS1=
bind 'set bell-style none'
bind '"\\C-t": insert-completions'
source {file}
show() {{ printf '%s\\n' "$READLINE_LINE" >>{out}; }}
bind -x '"\\C-b": show'
echo ready >>{out}
"""

# Words that the completion functions pass to zsh are recorded.
ZSH = """
PS1= RPS1= ZLE_RPROMPT_INDENT=0
unsetopt beep
fpath=({file} $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {{
  if [[ ${{@[1,(i)(-|--)]}} != *-(O|A|D)\\ * ]]; then
    local -a hits
    builtin compadd -A hits "$@"
    print -rn -- "${{(j: :)hits}} " >>{out}
  fi
  builtin compadd "$@"
}}
show() {{ print >>{out} }}
zle -N show
bindkey '^B' show
bindkey '^T' list-choices
print ready >>{out}
"""


def lines_of(out):
    text = out.read_text() if out.exists() else ""
    return text.split("\n")[:-1]


def wait_for(out, count):
    end = time.monotonic() + 20
    while len(lines_of(out)) < count:
        if time.monotonic() > end:
            sys.exit("the shell does not answer")
        time.sleep(0.01)


def drain(fd):
    try:
        while os.read(fd, 4096):
            pass
    except OSError:
        pass


def offered(shell, line, answer):
    if shell == "zsh":
        return answer.split()
    if answer == line:
        return []
    # bash has replaced the last typed word by the offered words.
    return answer[len(line) - len(line.split(" ")[-1]) :].split()


def main():
    shell, file, *lines = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory, "out")
        rc = pathlib.Path(directory, "rc")
        rc.write_text((BASH if shell == "bash" else ZSH).format(file=shlex.quote(file), out=shlex.quote(str(out))))
        ours, theirs = pty.openpty()
        arguments = ["bash", "--noprofile", "--norc", "-i"] if shell == "bash" else ["zsh", "-f", "-i"]
        environment = dict(os.environ, TERM="dumb", HISTFILE="")
        with subprocess.Popen(
            arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        ) as process:
            os.close(theirs)
            threading.Thread(target=drain, args=(ours,), daemon=True).start()
            os.write(ours, f". {shlex.quote(str(rc))}\n".encode())
            wait_for(out, 1)
            for number, line in enumerate(lines):
                os.write(ours, b"\x15" + line.encode() + b"\x14\x02")
                wait_for(out, number + 2)
            process.kill()
        for line, answer in zip(lines, lines_of(out)[1:]):
            print(" ".join(sorted(set(offered(shell, line, answer)))))


main()
