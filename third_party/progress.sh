# Sourced: with_progress WHAT LOG COMMAND… runs a command that takes minutes, adds its output to LOG, and says
# how it stands: on a terminal each second in one line, elsewhere a line every half a minute.
# LOG's last line is shown as far as it fits.
with_progress() {
  local what=$1 log=$2 start=$SECONDS last=$SECONDS status=0 line shown="" columns
  shift 2
  "$@" >>"$log" 2>&1 </dev/null &
  local job=$!
  # Ctrl-C reaches the command too; wait for it, so that nothing goes on behind the prompt.
  while kill -0 "$job" 2>/dev/null; do
    sleep 1
    line=$(tail -c 400 "$log" 2>/dev/null | tr '\r' '\n' | sed '/^ *$/d' | tail -n 1 || true)
    line="vitw: $what ($(((SECONDS - start) / 60)) min $(((SECONDS - start) % 60)) s): ${line#"${line%%[! ]*}"}"
    if [ -t 2 ]; then
      columns=$(tput cols 2>/dev/null || echo 80)
      printf '\r\033[K%s' "${line:0:$((columns - 1))}" >&2
      shown=yes
    elif ((SECONDS - last >= 30)); then
      printf '%s\n' "${line:0:120}" >&2
      last=$SECONDS
    fi
  done
  [ -z "$shown" ] || printf '\r\033[K' >&2
  wait "$job" || status=$?
  return "$status"
}
