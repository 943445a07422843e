# fish completion for mailhaul(1): commands, the options of each command, and the accounts of the configuration.

# Prints the words that are not options, and the file named by -c or --config as "-c NAME".
function __mailhaul_words
    set -l takes_file no
    for word in (commandline -opc)[2..-1]
        if test $takes_file != no
            test $takes_file = keys; or echo "-c $word"
            set takes_file no
        else if test $word = --tls-key-log
            set takes_file keys
        else if string match -qr -- '^(--config|-[^-]*c)$' $word
            set takes_file yes
        else if string match -qr -- '^(--config=|-c)' $word
            echo "-c "(string replace -r -- '^(--config=|-c)' '' $word)
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

function __mailhaul_has_no_word
    not __mailhaul_words | string match -qv -- '-c *'
end

# Tests whether the command is one of these. The default command is fetch.
function __mailhaul_command_is
    set -l word (__mailhaul_words | string match -v -- '-c *')[1]
    contains -- "$word" fetch check verify list status config help; or set word fetch
    contains -- $word $argv
end

# Prints the accounts; none if the configuration is wrong.
function __mailhaul_accounts
    set -l config (__mailhaul_words | string match -- '-c *' | string replace -- '-c ' '')[-1]
    set -l program (commandline -opc)[1]
    if test -n "$config"
        $program -c (string replace -r '^~/' "$HOME/" -- $config) config --names 2>/dev/null
    else
        $program config --names 2>/dev/null
    end
end

complete -c mailhaul -f
complete -c mailhaul -n __mailhaul_has_no_word -a fetch -d 'fetch the mail'
complete -c mailhaul -n __mailhaul_has_no_word -a check -d 'test accounts; change nothing'
complete -c mailhaul -n __mailhaul_has_no_word -a verify -d 'compare the local copies with the delivered mail'
complete -c mailhaul -n __mailhaul_has_no_word -a list -d 'list the messages on the server'
complete -c mailhaul -n __mailhaul_has_no_word -a status -d 'show the results of earlier runs'
complete -c mailhaul -n __mailhaul_has_no_word -a config -d 'show the effective settings'
complete -c mailhaul -n __mailhaul_has_no_word -a help -d 'print the help of a command'
complete -c mailhaul -n '__mailhaul_command_is help' -a 'fetch check verify list status config help' -d command
complete -c mailhaul -n 'not __mailhaul_command_is help' -a '(__mailhaul_accounts)' -d account

complete -c mailhaul -s c -l config -r -F -d 'read this configuration file'
complete -c mailhaul -s q -l quiet -d 'print failures only'
complete -c mailhaul -s v -l verbose -d 'print each step; twice: the protocol'
complete -c mailhaul -n '__mailhaul_command_is fetch check verify list' -l tls-key-log -r -F -d 'write the keys of TLS sessions to this file'
complete -c mailhaul -s h -l help -d 'print a short help'
complete -c mailhaul -s V -l version -d 'print the versions of mailhaul and its libraries'
complete -c mailhaul -n '__mailhaul_command_is fetch' -s n -l dry-run -d 'print what would be done; change nothing'
complete -c mailhaul -n '__mailhaul_command_is fetch' -l every -x -a '5m 15m 1h' -d 'fetch again and again, with this pause'
complete -c mailhaul -n '__mailhaul_command_is fetch' -l keep -d 'delete nothing from the server'
complete -c mailhaul -n '__mailhaul_command_is fetch' -l accept-weaker-login -d 'accept a weaker login than earlier runs used'
complete -c mailhaul -n '__mailhaul_command_is fetch' -l retry-refused -d 'try messages again that the command keeps refusing'
complete -c mailhaul -n '__mailhaul_command_is fetch' -l strict -d 'report every failure at once'
complete -c mailhaul -n '__mailhaul_command_is list' -l headers -d 'print date, sender and subject of each message'
complete -c mailhaul -n '__mailhaul_command_is fetch check verify list status config' -l json -d 'print JSON'
complete -c mailhaul -n '__mailhaul_command_is status' -l fail -d 'fail unless the last run of each account completed'
complete -c mailhaul -n '__mailhaul_command_is verify' -l ignore-missing -d 'do not report missing messages'
complete -c mailhaul -n '__mailhaul_command_is verify' -l refetch -d 'fetch missing and altered messages again'
complete -c mailhaul -n '__mailhaul_command_is verify' -l rebuild -d 'rebuild a lost state'
complete -c mailhaul -n '__mailhaul_command_is config' -l changed -d 'show only settings that differ from the defaults'
complete -c mailhaul -n '__mailhaul_command_is config' -l names -d 'print only the names of the accounts'
