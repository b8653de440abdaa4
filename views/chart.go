package views

import (
	"slices"
	"time"
)

// The chart is drawn in a coordinate system of 1000 units across, the width of the review's column.
const (
	chartWidth  = 1000
	chartLeft   = 92 // room for the lanes' names
	barHeight   = 22
	barGap      = 4
	lanePadding = 10
	axisHeight  = 30
	textAdvance = 6.1 // of an average character at 12 units
)

// A drawnBar is a bar with its place.
type drawnBar struct {
	Bar
	X, Y, Width float64
	Inside      bool // the text fits into the bar; otherwise it follows it
}

type drawnLane struct {
	Name      string
	Y, Height float64
	Bars      []drawnBar
}

type tick struct {
	X    float64
	Text string
}

func (c Chart) x(t time.Time) float64 {
	span := max(c.To.Sub(c.From), time.Second)
	return chartLeft + (chartWidth-chartLeft-8)*min(max(float64(t.Sub(c.From))/float64(span), 0), 1)
}

// lanes places every bar: bars that would touch each other, their texts included, go to rows of their own.
func (c Chart) lanes() (lanes []drawnLane, height float64) {
	y := float64(axisHeight)
	for _, lane := range c.Lanes {
		d := drawnLane{Name: lane.Name, Y: y}
		var ends []float64
		for i, b := range lane.Bars {
			x := c.x(b.From)
			width := max(c.x(b.To)-x, 8)
			text := float64(len([]rune(b.Text)))*textAdvance + 14
			inside := text <= width
			end := x + width + barGap
			if !inside {
				end = x + width + text
			}
			if b.Kind == "status" { // one follows the other, always in one row; a name without room is left to the table
				end = 0
				if !inside && i+1 < len(lane.Bars) {
					b.Text = ""
				}
			}
			row := 0
			for row < len(ends) && ends[row] > x {
				row++
			}
			if row == len(ends) {
				ends = append(ends, 0)
			}
			ends[row] = end
			d.Bars = append(d.Bars, drawnBar{Bar: b, X: x, Width: width, Inside: inside, Y: y + lanePadding + float64(row)*(barHeight+barGap)})
		}
		d.Height = 2*lanePadding + float64(max(len(ends), 1))*(barHeight+barGap) - barGap
		y += d.Height
		lanes = append(lanes, d)
	}
	return lanes, y
}

// kinds are the shapes that the chart has, each with its word.
func (c Chart) kinds() []Option {
	var all []Option
	for _, o := range []Option{
		{Value: "impact", Text: "symptom"},
		{Value: "read", Text: "read step"},
		{Value: "change", Text: "change"},
		{Value: "failed", Text: "failed"},
		{Value: "running", Text: "running"},
	} {
		drawn := func(b Bar) bool { return b.Kind == o.Value }
		if slices.ContainsFunc(c.Lanes, func(l Lane) bool { return slices.ContainsFunc(l.Bars, drawn) }) {
			all = append(all, o)
		}
	}
	return all
}

// ticks are at most nine round times.
func (c Chart) ticks() []tick {
	steps := []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 24 * time.Hour}
	span := c.To.Sub(c.From)
	step := steps[len(steps)-1]
	for _, s := range steps {
		if span/s <= 8 {
			step = s
			break
		}
	}
	format := "15:04"
	if step < time.Minute {
		format = "15:04:05"
	}
	var all []tick
	for t := c.From.UTC().Truncate(step); !t.After(c.To) && len(all) < 64; t = t.Add(step) {
		if !t.Before(c.From) {
			all = append(all, tick{X: c.x(t), Text: t.Format(format)})
		}
	}
	return all
}
