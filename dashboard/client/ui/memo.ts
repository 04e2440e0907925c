/** Wraps a component, so that it is rendered again only if any of its properties has changed (`!==`). */
import { Component, type ComponentChild, type FunctionComponent, h } from 'preact';

export function memo<P extends object>(Inner: FunctionComponent<P>) {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return !isSame(this.props, next);
    }
    override render(): ComponentChild {
      return h(Inner as FunctionComponent<object>, this.props);
    }
  };
}

function isSame(before: object, next: object): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(next)]);
  const value = (props: object, name: string) => (props as Record<string, unknown>)[name];
  return [...names].every((name) => value(before, name) === value(next, name));
}
