# shellcheck shell=bash
# bash completion for ardoq: the tool itself prints the completions.

_ardoq()
{
    local line word='' glue=''
    local -a words=()
    COMPREPLY=()
    # bash treats an equals sign as a word.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ ${#words[@]} -gt 0 && ($word == '=' || -n $glue) ]]; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word")
        fi
        [[ $word == "=" ]] && glue=1 || glue=
    done
    [[ $word == '=' ]] && word=''
    while IFS= read -r line; do
        line=${line%%$'\t'*}
        if [[ $line == :files ]]; then
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
        fi
        [[ $line != *= ]] || compopt -o nospace
        COMPREPLY+=("$line")
    done < <("${COMP_WORDS[0]}" help --complete -- "${words[@]}" 2>/dev/null)
}

complete -F _ardoq ardoq
