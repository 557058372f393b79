import { figuresOf } from "../../core/simulation/comparison.ts";
import { barOf } from "../../core/text/screen/bar.ts";
import type { Column } from "../../core/text/screen/columns.ts";
import type { Face } from "../../core/text/screen/face.ts";
import type { Simulation } from "../../app/pick/simulate.ts";
import { SIMULATION_HEADER, simulationCells } from "../view/simulation.ts";
import { plainColumn, sheetText } from "./draw.ts";

/** The ranks at which columns yield, by their place in the header. */
const RANKS: readonly (number | undefined)[] = [undefined, undefined, undefined, 4, undefined, 3, 2];
const BAR = { columns: 10, goesAt: 1 } as const;

/** The output of `agentlb simulate` on a terminal: a table for each scenario, with bars for the part of the bound. */
export async function simulationScreen(
  face: Face,
  simulations: readonly Simulation[],
): Promise<string> {
  const texts = simulations.map(async ({ name, about, trials }) => {
    const figures = figuresOf(trials);
    const rows = figures.map(simulationCells);
    const columns = SIMULATION_HEADER.map((title, at): Column =>
      plainColumn(title, rows.map((cells) => cells[at]!), RANKS[at], { isRight: at > 0 })
    );
    const bars = figures.map(({ boundPercent }) => barOf(boundPercent, BAR.columns, face));
    const sheet = {
      columns: columns.toSpliced(3, 0, plainColumn("", bars, BAR.goesAt)),
      notes: [],
      closing: [],
    };
    const heading = { columns: [], notes: [`${name}: ${about}`], closing: [], of: "" };
    return await sheetText(heading, face) + await sheetText({ ...sheet, of: "policies" }, face);
  });
  return (await Promise.all(texts)).join("\n");
}
