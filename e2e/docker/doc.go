// Package docker holds the tests of docker and Compose against a real Docker Engine: an
// environments file, the server's policy, a run's own process, and the programs that it
// starts. They need root and Debian's docker.io, so they are behind the build tag docker;
// `make test-docker` installs what they need and runs them.
//
// The engine is one of the tests' own. It lives in namespaces of its own with everything
// that it starts, and all of that ends when the test process does, however that happens.
package docker
