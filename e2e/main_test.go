package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wardroom/demo/stack"
	"wardroom/internal/app"
	"wardroom/internal/postgres"
	"wardroom/internal/postgres/embedded"
)

// world is what all promises share: one stack and one browser.
var world struct {
	stack   *stack.Stack
	browser context.Context
	db      *postgres.DB
	setup   string // link for the first administrator
	octollm string // the operator's command
	printed printout
	dir     string
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) (code int) {
	ctx, cancel := context.WithTimeout(context.Background(), 12*time.Minute)
	defer cancel()
	end, err := begin(ctx)
	defer end()
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	code = m.Run()
	if strings.Contains(world.printed.text(), "DATA RACE") {
		fmt.Fprintln(os.Stderr, "e2e: the server has a data race:\n"+world.printed.text())
		code = 1
	}
	return code
}

// begin builds the programs, starts the stack and the browser. What it gives back ends
// what was started, also after an error.
func begin(ctx context.Context) (end func(), err error) {
	var enders []func()
	end = func() {
		for len(enders) > 0 {
			enders[len(enders)-1]()
			enders = enders[:len(enders)-1]
		}
	}
	if world.dir, err = os.MkdirTemp("", "wardroom-e2e"); err != nil {
		return end, err
	}
	enders = append(enders, func() { _ = os.RemoveAll(world.dir) })
	// Other users must pass through it to their own folders.
	if err = os.Chmod(world.dir, 0o755); err != nil {
		return end, err
	}
	bin := filepath.Join(world.dir, "bin")
	if err = build(ctx, bin); err != nil {
		return end, err
	}
	playbooks, err := filepath.Abs("testdata/playbooks")
	if err != nil {
		return end, err
	}
	printed := &world.printed
	world.octollm = filepath.Join(bin, "octollm")
	world.stack, err = stack.Start(ctx, stack.Options{
		Dir: filepath.Join(world.dir, "data"), Octollm: world.octollm, Web: filepath.Join(bin, "web"), FreePorts: true, Speed: 12,
		Environ: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "WARDROOM_PLAYBOOKS=" + playbooks}, Output: printed,
		Log: slog.New(slog.NewTextHandler(printed, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return end, fmt.Errorf("%w\n%s", err, printed.text())
	}
	enders = append(enders, func() {
		ending, cancelEnding := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancelEnding()
		if stopErr := world.stack.Stop(ending); stopErr != nil {
			fmt.Fprintln(os.Stderr, "e2e: stop:", stopErr)
		}
		if os.Getenv("E2E_LOG") != "" {
			fmt.Fprintln(os.Stderr, printed.text())
		}
	})
	if world.setup, err = printed.link(); err != nil {
		return end, err
	}
	if err = openDatabase(ctx, filepath.Join(world.dir, "data")); err != nil {
		return end, err
	}
	enders = append(enders, world.db.Close)
	closeBrowser, err := openBrowser(ctx)
	enders = append(enders, closeBrowser)
	return end, err
}

func build(ctx context.Context, bin string) error {
	for name, pkg := range map[string]string{"web": "./cmd/web", "octollm": "./demo/octollm"} {
		cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-trimpath", "-o", filepath.Join(bin, name)}, append(buildFlags, pkg)...)...)
		cmd.Dir = ".."
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
	}
	return nil
}

func openDatabase(ctx context.Context, data string) error {
	private := app.PrivateDatabase(data)
	url, err := embedded.Address(private, private.Database, private.Owner)
	if err != nil {
		return err
	}
	world.db, err = postgres.Open(ctx, url)
	return err
}

func openBrowser(ctx context.Context) (end func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.NoFirstRun,
		chromedp.UserDataDir(filepath.Join(world.dir, "browser")), chromedp.WSURLReadTimeout(time.Minute),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, endAllocator := chromedp.NewExecAllocator(ctx, options...)
	browser, endBrowser := chromedp.NewContext(allocator)
	world.browser = browser //nolint:fatcontext // one browser for all promises, made once
	return func() { endBrowser(); endAllocator() }, chromedp.Do(browser)
}
