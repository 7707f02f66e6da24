/**
 * Things of the demo shop, made by combination: each line is one category with its makers, its kinds
 * (`name: tags`) and its finishes (`name: tag`). Every kind appears in several finishes, by makers in turn.
 */
export interface ThingLine {
  readonly category: string;
  readonly makers: readonly string[];
  readonly kinds: readonly string[];
  readonly finishes: readonly string[];
  /** Range of prices. */
  readonly price: readonly [number, number];
}

const list = (text: string): string[] => text.split(/\s*;\s*/);

export const THINGS: readonly ThingLine[] = [
  {
    category: 'Cookware',
    price: [18, 240],
    makers: list('Brenner; Holloway & Pike; Casa Lindoro; Nordhus'),
    kinds: list(
      'Frying Pan 28 cm: frying, everyday; Sauté Pan with Lid: frying, technique; Saucepan 2 l: sauces, everyday; Stockpot 8 l: soup, family; Casserole 5 l: stews, family; Wok 32 cm: frying, asia; Roasting Tin: roasting, family; Grill Pan: grilling, technique',
    ),
    finishes: list('Carbon Steel: steel; Cast Iron: iron; Copper: copper; Enamelled: colour'),
  },
  {
    category: 'Knives',
    price: [12, 260],
    makers: list('Kurosaki Forge; Brenner; Atelier Vauban'),
    kinds: list(
      "Chef's Knife 20 cm: technique, everyday; Bread Knife: bread, everyday; Paring Knife: vegetables, everyday; Santoku 17 cm: asia, vegetables; Boning Knife: technique, meat; Whetstone Set: sharpening, technique",
    ),
    finishes: list('Damascus: japan; Walnut Handle: wood; Stainless: steel'),
  },
  {
    category: 'Baking',
    price: [6, 320],
    makers: list('Mill Lane; Casa Lindoro; Tante Elke'),
    kinds: list(
      'Loaf Tin: bread, baking; Proving Basket: bread, technique; Cake Tin 23 cm: cake, baking; Madeleine Tray: cake, france; Pizza Stone: pizza, italy; Rolling Pin: pastry, technique; Mixing Bowl Set: baking, everyday; Kitchen Scales: technique, everyday',
    ),
    finishes: list('Beech: wood; Steel: steel; Stoneware: colour'),
  },
  {
    category: 'Coffee',
    price: [9, 690],
    makers: list('Torrefazione Salvi; Nordhus; Kettle & Crane; Hario Works'),
    kinds: list(
      'Espresso Machine: espresso, italy; Moka Pot: espresso, everyday; Pour-Over Set: filter, quiet; French Press: filter, france; Burr Grinder: technique, espresso; Gooseneck Kettle: filter, technique; Travel Cup: travel, everyday',
    ),
    finishes: list('Matt Black: black; Polished Steel: steel; Copper: copper; Cream: colour'),
  },
  {
    category: 'Tea',
    price: [5, 140],
    makers: list('Kettle & Crane; Minato; Highfield'),
    kinds: list(
      'Teapot 1 l: everyday, family; Teapot for One: quiet, everyday; Matcha Set: japan, technique; Darjeeling 250 g: india, mountains; Smoked Lapsang 125 g: china, smoke; Earl Grey 250 g: england, everyday',
    ),
    finishes: list('Cast Iron: iron; Glazed: colour; Gift Box: gift'),
  },
  {
    category: 'Garden',
    price: [7, 180],
    makers: list('Thornbury; Highfield; Verde Alto'),
    kinds: list(
      'Secateurs: pruning, technique; Hand Trowel: planting, everyday; Watering Can 9 l: planting, everyday; Bird Feeder: birds, nature; Bee House: nature, bees; Herb Planter: cooking, planting; Cold Frame: planting, vegetables; Wildflower Seeds: nature, bees',
    ),
    finishes: list('Galvanised: steel; Ash Wood: wood; Sage Green: colour'),
  },
  {
    category: 'Camping',
    price: [9, 480],
    makers: list('Fjellvei; Cairn & Crag; Solano'),
    kinds: list(
      'Two-Person Tent: mountains, travel; Down Sleeping Bag: snow, mountains; Trail Stove: cooking, mountains; Head Torch: caves, travel; Hammock: woods, quiet; Enamel Mug: everyday, fire; Daypack 24 l: travel, everyday; Star Map: space, quiet',
    ),
    finishes: list('Forest Green: colour; Ultralight: light; Expedition: snow'),
  },
  {
    category: 'Cycling',
    price: [8, 420],
    makers: list('Velomark; Cairn & Crag; Rue Cassini'),
    kinds: list(
      'Pannier Bag: travel, city; Handlebar Bell: city, wit; Leather Saddle: travel, classic; Wool Jersey: travel, classic; Track Pump: technique, everyday; Dynamo Light: city, late night',
    ),
    finishes: list('Tan: leather; Black: black; Reflective: light'),
  },
  {
    category: 'Board games',
    price: [12, 95],
    makers: list('Owl & Anchor; Spielhof; Cardinal Table'),
    kinds: list(
      'Chess Set: puzzle, classic; Go Set: puzzle, asia; Backgammon: classic, travel; Railway Empire: train, family; Castle Builders: castle, family; Pirate Harbour: pirates, sea; Deduction Manor: detective, house; Star Traders: space, politics',
    ),
    finishes: list('Travel Edition: travel; Wooden Edition: wood; Deluxe Edition: gift'),
  },
  {
    category: 'Desk',
    price: [4, 210],
    makers: list('Papeterie Rivoli; Minato; Holloway & Pike'),
    kinds: list(
      'Fountain Pen: writing, classic; Notebook A5: writing, everyday; Desk Lamp: late night, everyday; Mechanical Pencil: writing, technique; Letter Paper: writing, gift; Wall Calendar: clocks, everyday; World Map: travel, history',
    ),
    finishes: list('Brass: brass; Walnut: wood; Midnight Blue: colour'),
  },
];
