# Steps shared by the scripts of this repository (sourced by bash, from the repository's root).

# Runs a command and says how long it took; its output is shown only when it fails.
quietly() {  # quietly LABEL COMMAND...
  local label=$1 log status=0 started=$SECONDS
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  if ((status != 0)); then
    cat "$log"
    printf '✗ %s failed (status %d, %d s): %s\n' "$label" "$status" $((SECONDS - started)) "$*" >&2
  else
    printf '✓ %s (%d s)\n' "$label" $((SECONDS - started))
  fi
  rm -f "$log"
  return "$status"
}

# Prints the packages of the named lists that this machine lacks. A package also counts as there
# when the program named beside it is (Node often comes from elsewhere).
missing_packages() {  # missing_packages LIST...
  local list package program installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null || true)
  for list in "$@"; do
    while read -r package program; do
      [[ -z $package || $package == '#'* ]] && continue
      grep -qxF "installed $package" <<<"$installed" && continue
      [[ -n $program ]] && command -v "$program" >/dev/null && continue
      printf '%s\n' "$package"
    done <"deploy/packages/$list.txt"
  done
}

install_packages() {  # install_packages LIST...
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) && return 0
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      printf 'These packages are missing, and installing them needs root or sudo: %s\n' \
        "${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  if ! command -v apt-get >/dev/null; then
    printf 'These Debian packages are missing, and there is no apt-get here: %s\n' \
      "${missing[*]}" >&2
    return 1
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y
    -o DPkg::Lock::Timeout=300)
  quietly 'update the package lists' "${apt[@]}" update
  quietly "install ${#missing[@]} packages" \
    "${apt[@]}" install --no-install-recommends "${missing[@]}"
}

# Installs a folder's pinned npm packages, again only after its lock file changed. Install scripts
# are never run.
install_node_modules() {  # install_node_modules FOLDER
  local folder=$1 stamp="$1/node_modules/.installed-lock"
  cmp -s "$folder/package-lock.json" "$stamp" && return 0
  quietly "install the npm packages of $folder" \
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-update-notifier
  cp "$folder/package-lock.json" "$stamp"
}
