/**
 * A table with rounded corners, as wide as its cells and never wrapped; ends with a newline. Cells hold no control
 * characters; `width` returns the columns of a text on screen.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  width: (text: string) => number,
): string {
  const widths = header.map((title, column) =>
    rows.reduce((most, cells) => Math.max(most, width(cells[column] ?? "")), width(title))
  );
  const rule = ([first, line, cross, last]: readonly [string, string, string, string]) =>
    first + widths.map((columns) => line.repeat(columns + 2)).join(cross) + last;
  const row = (cells: readonly string[]) =>
    `│${widths.map((columns, column) => ` ${padded(cells[column] ?? "", columns, width)} `).join("┆")}│`;

  const between = rule(["├", "╌", "┼", "┤"]);
  const lines = [rule(["╭", "─", "┬", "╮"]), row(header), rule(["╞", "═", "╪", "╡"])];
  rows.forEach((cells, index) => lines.push(...(index === 0 ? [] : [between]), row(cells)));
  lines.push(rule(["╰", "─", "┴", "╯"]));
  return `${lines.join("\n")}\n`;
}

function padded(text: string, columns: number, width: (text: string) => number): string {
  return text + " ".repeat(columns - width(text));
}
