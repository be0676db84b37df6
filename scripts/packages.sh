# Sourced by ./up and ./test: which Debian/Ubuntu packages they need, and how they come here.

build_packages=(
  g++ cmake ninja-build ccache lld pkg-config
  libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  libssl-dev libyaml-cpp-dev libcli11-dev libfmt-dev libspdlog-dev libexpected-dev libpugixml-dev
)
test_packages=(clang libclang-rt-14-dev libgtest-dev libgmock-dev clang-format python3 python3-venv nodejs npm)

# missing_packages NAME...: prints those that dpkg does not have, one a line. Ubuntu's newer Boost will do as well.
missing_packages() {
  local p
  for p in "$@"; do
    case $p in
      libboost1.81-dev) dpkg -s "$p" >/dev/null 2>&1 || [ -e /usr/include/boost/url.hpp ] || echo "$p" ;;
      libboost-*1.81-dev) dpkg -s "$p" >/dev/null 2>&1 || ls /usr/lib/*/libboost_"$(echo "$p" | cut -d- -f2 | sed 's/1.81//')".so >/dev/null 2>&1 || echo "$p" ;;
      nodejs | npm) command -v "${p/nodejs/node}" >/dev/null 2>&1 || echo "$p" ;;
      *) dpkg -s "$p" >/dev/null 2>&1 || echo "$p" ;;
    esac
  done
}

# install_packages NAME...: installs what is missing and says which; without apt or the right to use it, names it and fails.
install_packages() {
  local missing sudo=
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "These packages are missing, and there is no apt-get here to install them: ${missing[*]}" >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      sudo=sudo
    else
      echo "These packages are missing, and you may not install them. Run: apt-get install ${missing[*]}" >&2
      return 1
    fi
  fi
  echo "Installing packages: ${missing[*]}"
  $sudo apt-get update -qq || true
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/drydock-apt.log 2>&1 || {
    tail -n 20 /tmp/drydock-apt.log >&2
    echo "Installing packages failed; the log is /tmp/drydock-apt.log" >&2
    return 1
  }
}
