package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Installation says where the parts of a running demo are. It holds a password, so it is a file for its owner and not an answer on the socket, which is open to all.
type Installation struct {
	Services    []Service `json:"services"`
	DatabaseURL string    `json:"database_url"`
	RedisURL    string    `json:"redis_url"`
}

func installationFile(dir string) string { return filepath.Join(dir, "installation.json") }

// Write records the installation of the data folder, as one step.
func (in Installation) Write(dir string) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	unfinished := installationFile(dir) + ".new"
	if err := os.WriteFile(unfinished, raw, 0o600); err != nil {
		return fmt.Errorf("record the installation: %w", err)
	}
	if err := os.Rename(unfinished, installationFile(dir)); err != nil {
		return fmt.Errorf("record the installation: %w", err)
	}
	return nil
}

// ReadInstallation returns what runs on the data folder; os.ErrNotExist until all of it does.
func ReadInstallation(dir string) (in Installation, err error) {
	raw, err := os.ReadFile(installationFile(dir))
	if err != nil {
		return in, fmt.Errorf("installation: %w", err)
	}
	return in, json.Unmarshal(raw, &in)
}

// ForgetInstallation removes the record of an earlier start.
func ForgetInstallation(dir string) error {
	if err := os.Remove(installationFile(dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget the installation: %w", err)
	}
	return nil
}
