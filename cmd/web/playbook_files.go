package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"wardroom/internal/playbooks"
	shipped "wardroom/playbooks"
)

// playbookCheck prints what an author should know, as compilers do.
func playbookCheck(ctx context.Context, c cli, paths []string) error {
	files, err := playbooks.ReadPaths(ctx, paths)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(c.stdout)
	wrong, count := 0, 0
	for _, file := range files {
		for _, problem := range file.Problems {
			kind := "warning"
			if problem.Severe {
				kind = "error"
				wrong++
			}
			fmt.Fprintf(out, "%s:%d: %s: %s\n", file.Path, max(1, problem.Line), kind, problem.Message)
		}
		count += len(file.Playbooks)
	}
	if wrong == 0 {
		fmt.Fprintf(out, "%s in %s, no errors\n", counted(count, "playbook"), counted(len(files), "file"))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("print the problems: %w", err)
	}
	if wrong > 0 {
		return errors.New(counted(wrong, "error"))
	}
	return nil
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// The shapes of show --json. They are a promise to other people's CI: fields are only added.
type (
	shownFiles struct {
		Files []shownFile `json:"files"`
	}
	shownFile struct {
		Path      string          `json:"path"`
		Problems  []shownProblem  `json:"problems"`
		Playbooks []shownPlaybook `json:"playbooks"`
	}
	shownProblem struct {
		Line    int    `json:"line"`
		Message string `json:"message"`
	}
	shownPlaybook struct {
		ID       string      `json:"id"`
		Title    string      `json:"title"`
		Alerts   []string    `json:"alerts"`
		Level    int         `json:"level"`
		Severity int         `json:"severity"`
		Steps    []shownStep `json:"steps"`
	}
	shownStep struct {
		ID       string         `json:"id"`
		Section  string         `json:"section"`
		Title    string         `json:"title"`
		Manual   bool           `json:"manual"`
		Text     string         `json:"text"`
		Line     int            `json:"line"`
		Commands []shownCommand `json:"commands"`
	}
	shownCommand struct {
		Text     string `json:"text"`
		Kind     string `json:"kind"`
		Line     int    `json:"line"`
		Caption  string `json:"caption"`
		Platform string `json:"platform"`
		Undo     bool   `json:"undo,omitempty"`
		verdict
	}
)

func playbookShow(ctx context.Context, c cli, paths []string) error {
	files, err := playbooks.ReadPaths(ctx, paths)
	if err != nil {
		return err
	}
	all := shownFiles{Files: []shownFile{}}
	for _, file := range files {
		shown := shownFile{Path: file.Path, Problems: []shownProblem{}, Playbooks: []shownPlaybook{}}
		for _, p := range file.Problems {
			shown.Problems = append(shown.Problems, shownProblem{p.Line, p.Message})
		}
		for i := range file.Playbooks {
			shown.Playbooks = append(shown.Playbooks, showPlaybook(&file.Playbooks[i]))
		}
		all.Files = append(all.Files, shown)
	}
	if err := newEncoder(c.stdout).Encode(all); err != nil {
		return fmt.Errorf("print the playbooks: %w", err)
	}
	return nil
}

func showPlaybook(p *playbooks.Playbook) shownPlaybook {
	shown := shownPlaybook{ID: p.ID, Title: p.Title, Alerts: append([]string{}, p.Alerts...), Level: p.Level, Severity: p.Severity, Steps: []shownStep{}}
	for i, section := range p.Sections {
		if section.Text != "" {
			// What stands above a section's first step, or is all of it, is a step of its own here.
			shown.Steps = append(shown.Steps, shownStep{
				ID: fmt.Sprintf("%s-text-%d", section.Kind, i+1), Section: section.Kind, Title: cmp.Or(section.Title, p.Title), Manual: true, Text: section.Text, Line: section.Line, Commands: []shownCommand{},
			})
		}
		for _, step := range section.Steps {
			shown.Steps = append(shown.Steps, showStep(section.Kind, &step))
		}
	}
	return shown
}

func showStep(kind string, step *playbooks.Step) shownStep {
	shown := shownStep{ID: step.ID, Section: kind, Title: step.Title, Manual: step.Manual, Text: step.Text, Line: step.Line, Commands: []shownCommand{}}
	for _, block := range step.Blocks {
		command := block.Command
		if command == nil || command.Kind == playbooks.Reference {
			continue
		}
		v := verdict{Why: "it is shown, not run", Programs: []string{}, Parameters: []parameter{}}
		if command.Kind != playbooks.LogQL {
			v, _ = judge(command.Kind, command.Text) // the reader knows no other kinds
		}
		if command.Raise != nil && *command.Raise > v.Risk {
			v.Risk, v.Why = *command.Raise, "the author says so"
		}
		shown.Commands = append(shown.Commands, shownCommand{
			Text: command.Text, Kind: command.Kind, Line: command.Line, Caption: command.Caption, Platform: string(command.Platform), Undo: command.Undo, verdict: v,
		})
	}
	return shown
}

type match struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Path      string   `json:"path"`
	Score     int      `json:"score"`
	Confident bool     `json:"confident"`
	Reasons   []string `json:"reasons"`
}

func playbookMatch(ctx context.Context, c cli, paths []string) error {
	catalogue := playbooks.NewCatalogue(playbooks.Config{Shipped: shipped.Files, Log: slog.New(slog.DiscardHandler)})
	if len(paths) > 0 {
		files, err := playbooks.ReadPaths(ctx, paths)
		if err != nil {
			return err
		}
		catalogue = playbooks.NewCatalogueOf(files)
	} else if err := catalogue.Load(ctx); err != nil {
		return err
	}
	type question struct{ Labels, Annotations map[string]string }
	return eachLine(c, func(q question) any {
		matches := []match{}
		sure, near := catalogue.Matches(q.Labels, q.Annotations)
		for _, found := range slices.Concat(sure, near) {
			matches = append(matches, match{
				ID: found.Playbook.ID, Title: found.Playbook.Title, Path: found.Playbook.Path,
				Score: found.Score, Confident: found.Confident(), Reasons: []string{found.Reason},
			})
		}
		return map[string][]match{"matches": matches}
	})
}
