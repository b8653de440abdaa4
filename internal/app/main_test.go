package app_test

import (
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"wardroom/internal/postgres/pgtest"
	"wardroom/internal/supervisor"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "run-child" {
		os.Exit(supervisor.Main())
	}
	code := pgtest.Run(m)
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
