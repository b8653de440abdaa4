// Package config owns what an operator says: settings from the environment (Settings)
// and the environments file, which is the security boundary of everything that runs
// (File). It reads, checks and reports every mistake at once; it starts nothing and must
// not know services or HTTP.
package config
