import { expect, it } from "vitest";
import { inTurn } from "../../../lib/core/pick/in_turn.ts";

const ALL = ["a", "b", "c"];

it("sessions take turns, from the one after the last", () => {
  let roundRobinIndex = 0;
  const taken = Array.from({ length: 7 }, () => {
    const turn = inTurn(ALL, { roundRobinIndex }, ALL);
    roundRobinIndex = turn.roundRobinIndex;
    return turn.alias;
  });
  expect(taken.join("")).toBe("abcabca");
});

it("a turn passes over sessions that can't be used, and goes on behind the one that was taken", () => {
  expect(inTurn(ALL, { roundRobinIndex: 0 }, ["c"])).toEqual({ alias: "c", roundRobinIndex: 0 });
  expect(inTurn(ALL, { roundRobinIndex: 1 }, ["a", "c"])).toEqual({ alias: "c", roundRobinIndex: 0 });
  expect(inTurn(ALL, { roundRobinIndex: 2 }, ["a", "b"])).toEqual({ alias: "a", roundRobinIndex: 1 });
});

it("a turn is anybody's when none can be used, and fits when sessions have gone since", () => {
  expect(inTurn(ALL, { roundRobinIndex: 1 }, [])).toEqual({ alias: "b", roundRobinIndex: 2 });
  expect(inTurn(ALL, { roundRobinIndex: 7 }, [])).toEqual({ alias: "b", roundRobinIndex: 2 });
});
