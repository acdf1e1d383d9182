/** Pressed tasks (催办) on top; otherwise the server's order stays. */
export function pressedFirst<T extends { urgent: boolean }>(tasks: T[]): T[] {
  return [...tasks.filter((task) => task.urgent), ...tasks.filter((task) => !task.urgent)]
}
